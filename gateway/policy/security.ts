import type { Settings } from '../../shared/settings/resolve-settings.ts';

/** What a server of such settings looks for besides what every server refuses. */
export interface Security {
  readonly validatesInput: boolean;
  readonly detectsInjection: boolean;
  readonly bansAbuse: boolean;
  readonly hashesKeys: boolean;
}

/** One switch turns on all of it; who looks for injection also validates. */
export function securityOf(settings: Settings): Security {
  const isOn = settings.enableSecurity;
  const detectsInjection = isOn || settings.enableInjectionDetection;
  return {
    validatesInput: detectsInjection || settings.enableInputValidation,
    detectsInjection,
    bansAbuse: isOn || settings.enableAbuseDetection,
    hashesKeys: isOn || settings.hashApiKeys,
  };
}
