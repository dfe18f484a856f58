import { assert } from '../../shared/assert.ts';

/** One number that a workload can be given. */
export interface Parameter {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Whether only whole numbers make sense. */
  readonly integer: boolean;
  readonly help: string;
}

export type ParameterTable = Readonly<Record<string, Parameter>>;

/** A value for every parameter of `Table`. */
export type ParameterValues<Table extends ParameterTable> = {
  readonly [Name in keyof Table]: number;
};

/** The caller asked for a workload that does not exist, or for one that makes no sense. */
export class WorkloadError extends Error {
  override readonly name = 'WorkloadError';
}

export function count(value: number, min: number, max: number, help: string): Parameter {
  return { value, min, max, integer: true, help };
}

export function quantity(value: number, min: number, max: number, help: string): Parameter {
  return { value, min, max, integer: false, help };
}

/** Parameters that every workload has. A workload may spread this and change the defaults. */
export const arrivalParameters = {
  requests: count(10_000, 1, 1e9, 'requests in all'),
  qps: quantity(4, 0, 1e6, 'requests per second on average; 0 sends all at once'),
  cv: quantity(1, 0, 100, 'variation of the gaps between arrivals: 1 is Poisson, 0 is even'),
};

/** The values of all parameters, those of `overrides` first. Throws `WorkloadError`. */
export function resolveParameters<Table extends ParameterTable>(
  table: Table,
  overrides: Readonly<Record<string, number>>,
): ParameterValues<Table> {
  for (const name of Object.keys(overrides)) {
    if (!Object.hasOwn(table, name)) {
      const known = Object.keys(table).join(', ');
      throw new WorkloadError(`no parameter ${name}; this workload has ${known}`);
    }
  }
  const values: Record<string, number> = {};
  for (const [name, parameter] of Object.entries(table)) {
    const value = overrides[name] ?? parameter.value;
    checkValue(name, parameter, value);
    values[name] = value;
  }
  assert(isComplete(table, values), 'every parameter has a value');
  return values;
}

function isComplete<Table extends ParameterTable>(
  table: Table,
  values: Readonly<Record<string, number>>,
): values is ParameterValues<Table> {
  return Object.keys(table).every((name) => Object.hasOwn(values, name));
}

function checkValue(name: string, parameter: Parameter, value: number): void {
  const { min, max, integer } = parameter;
  if (value >= min && value <= max && (!integer || Number.isInteger(value))) return;
  const kind = integer ? 'an integer' : 'a number';
  throw new WorkloadError(`${name} is ${value}; expected ${kind} from ${min} to ${max}`);
}
