import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemberList } from '../../shared/member-list.ts';
import { fc } from '../support/property.ts';

test('a member that has left is in no list, and cannot leave again', () => {
  const list = new MemberList();
  const member = { listedAt: -1 };
  assert.equal(list.delete(member), false);
  list.add(member);
  assert.equal(list.size, 1);
  assert.equal(list.delete(member), true);
  assert.equal(list.delete(member), false);
  assert.equal(member.listedAt, -1);
  assert.equal(list.size, 0);
  assert.deepEqual(list.members(), []);
});

test('those are in the list that have come and not left, in whatever order they did', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 100 }), (turns) => {
      const list = new MemberList<{ listedAt: number; name: number }>();
      const people = Array.from({ length: 10 }, (_, name) => ({ listedAt: -1, name }));
      const there = new Set<number>();
      for (const name of turns) {
        const member = people[name]!;
        const wasThere = there.delete(name);
        if (!wasThere) there.add(name);
        if (wasThere) assert.equal(list.delete(member), true);
        else list.add(member);
        assert.equal(list.size, there.size);
        assert.deepEqual(new Set(list.members().map((each) => each.name)), there);
      }
    }),
  );
});
