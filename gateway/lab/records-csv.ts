import { RECORD_FIELDS } from '../../engine/replay/request-records.ts';
import { OUTCOME } from '../../shared/protocol.ts';

const OUTCOME_NAMES = new Map<number, string>(
  Object.entries(OUTCOME).map(([name, outcome]) => [outcome, name]),
);

/**
 * Records of requests as CSV, in pieces: a line for each request, in order of their ends. `cell`
 * counts the replays from 0, as in the results. Where there is no time, such as that of a first
 * token which never came, the field is empty.
 */
export function* recordsCsv(cells: readonly (Float64Array | undefined)[]): Generator<string> {
  yield `cell,${RECORD_FIELDS.join(',')}\n`;
  const width = RECORD_FIELDS.length;
  for (const [cell, records = new Float64Array(0)] of cells.entries()) {
    let lines = '';
    for (let at = 0; at < records.length; at += width) {
      const fields = Array.from(records.subarray(at, at + width), (value, field) =>
        RECORD_FIELDS[field] === 'outcome' ? OUTCOME_NAMES.get(value) : value < 0 ? '' : value,
      );
      lines += `${cell},${fields.join(',')}\n`;
      if (lines.length < 1 << 16) continue;
      yield lines;
      lines = '';
    }
    yield lines;
  }
}
