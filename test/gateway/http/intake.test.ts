import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Intake } from '../../../gateway/http/intake.ts';
import type { ApiError } from '../../../shared/errors.ts';

const LIMITS = { bodyBytes: 100, bytesInFlight: 250, requests: 2 };

function upload() {
  const refusals: ApiError[] = [];
  return { listedAt: -1, refusals, refuse: (error: ApiError) => refusals.push(error) };
}

describe('the intake', () => {
  it('takes in as many requests as its limit, and another when one has left', () => {
    const intake = new Intake(LIMITS);
    assert.equal(intake.enter(upload()), undefined);
    assert.equal(intake.enter(upload()), undefined);
    assert.equal(intake.enter(upload())?.status, 503);
    intake.left();
    assert.equal(intake.enter(upload()), undefined);
  });

  it('takes in any number of requests without a limit', () => {
    const intake = new Intake({ ...LIMITS, requests: 0 });
    for (let count = 0; count < 1000; count++) assert.equal(intake.enter(upload()), undefined);
  });

  it('charges bytes up to its limit, counts what it refuses, and charges that to nobody', () => {
    const intake = new Intake(LIMITS);
    assert.equal(intake.charge(100, 100), undefined);
    assert.equal(intake.charge(150, 150), undefined);
    assert.equal(intake.charge(1, 1)?.status, 503);
    assert.equal(intake.bodiesRefused, 1);
    assert.equal(intake.bytesInFlight, 250);
    intake.release(100);
    assert.equal(intake.charge(100, 100), undefined);
  });

  it('refuses what comes once it is closed, and every body that is not there yet', () => {
    const intake = new Intake(LIMITS);
    const [whole, partly] = [upload(), upload()];
    for (const each of [whole, partly]) intake.enter(each);
    intake.uploaded(whole);
    intake.close();
    assert.deepEqual(whole.refusals, []);
    assert.deepEqual(
      partly.refusals.map(({ status }) => status),
      [503],
    );
    intake.left();
    assert.equal(intake.enter(upload())?.status, 503);
  });

  it('is idle when every request has left', async () => {
    const intake = new Intake(LIMITS);
    await intake.idle(60_000);
    intake.enter(upload());
    intake.enter(upload());
    let isIdle = false;
    const idle = intake.idle(60_000).then(() => {
      isIdle = true;
    });
    intake.left();
    await Promise.resolve();
    assert.equal(isIdle, false);
    intake.left();
    await idle;
  });
});
