import type { ReportCell, ReportData } from './report-data.ts';

/** One combination of the swept values other than policy and seed. */
export interface Setting {
  readonly label: string;
  readonly variant: string;
  readonly rate: number;
}

/** Cells of one policy in one setting: they differ in the seed alone. */
export interface CellGroup {
  readonly policy: number;
  readonly setting: number;
  readonly cells: readonly [ReportCell, ...ReportCell[]];
}

/** The grid: policies and settings in order of appearance, and the cells of each pair. */
export interface ReportGrid {
  readonly policies: readonly string[];
  readonly settings: readonly Setting[];
  readonly groups: readonly CellGroup[];
}

export function reportGrid(data: ReportData): ReportGrid {
  const policies: string[] = [];
  const settings = new Map<string, Setting & { readonly index: number }>();
  const groups = new Map<string, CellGroup & { readonly cells: [ReportCell, ...ReportCell[]] }>();
  for (const cell of data.cells) {
    const { policy, variant, rate } = cell;
    if (!policies.includes(policy)) policies.push(policy);
    const settingKey = JSON.stringify([variant, rate]);
    const label = [rateText(rate, data.rateUnit), variant].filter(Boolean).join(', ');
    const setting = settings.get(settingKey) ?? { label, variant, rate, index: settings.size };
    settings.set(settingKey, setting);
    const groupKey = JSON.stringify([setting.index, policy]);
    const group = groups.get(groupKey);
    if (group !== undefined) group.cells.push(cell);
    else {
      groups.set(groupKey, {
        policy: policies.indexOf(policy),
        setting: setting.index,
        cells: [cell],
      });
    }
  }
  return { policies, settings: [...settings.values()], groups: [...groups.values()] };
}

function rateText(rate: number, unit: ReportData['rateUnit']): string {
  return unit === '×' ? `${rate}× speed` : `${rate} req/s`;
}
