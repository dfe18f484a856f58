import { OUTCOME } from '../../shared/protocol.ts';
import { RECORD_FIELDS } from '../measure/request-records.ts';
import { arrivalsText } from './axes.ts';
import type { FinishedCell } from './lab.ts';

const OUTCOME_NAMES = new Map<number, string>(
  Object.entries(OUTCOME).map(([name, outcome]) => [outcome, name]),
);

/** Columns that say of which replay a record is. `cell` counts the results' replays from 0. */
const CELL_FIELDS = ['cell', 'policy', 'workers', 'rate', 'seed'] as const;

/**
 * Records of requests as CSV, in pieces: a line for each request, replay by replay, in order of
 * arrival. Where there is no time, such as that of a first token which never came, the field is
 * empty.
 */
export function* recordsCsv(cells: readonly FinishedCell[]): Generator<string> {
  yield `${[...CELL_FIELDS, ...RECORD_FIELDS].join(',')}\n`;
  const width = RECORD_FIELDS.length;
  for (const [cell, { settings, records = new Float64Array(0) }] of cells.entries()) {
    const { policy, workers, arrivals, seed } = settings;
    const head = [cell, policy, workers, arrivalsText(arrivals), seed].join(',');
    let lines = '';
    for (let at = 0; at < records.length; at += width) {
      const fields = Array.from(records.subarray(at, at + width), (value, field) =>
        RECORD_FIELDS[field] === 'outcome' ? OUTCOME_NAMES.get(value) : value < 0 ? '' : value,
      );
      lines += `${head},${fields.join(',')}\n`;
      if (lines.length < 1 << 16) continue;
      yield lines;
      lines = '';
    }
    yield lines;
  }
}
