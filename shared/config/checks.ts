import { effectiveLatency } from './latency.ts';
import { SETTINGS, type SettingName, type SettingSources, type Settings } from './settings.ts';

/** Rules between settings: what cannot be at all, and what is probably not meant. */

/** `failed` settings have a problem of their own already, and stand at their defaults. */
export function problemsBetween(
  settings: Settings,
  failed: ReadonlySet<SettingName>,
): readonly string[] {
  const problems: string[] = [];
  const sslFailed = failed.has('sslCertfile') || failed.has('sslKeyfile');
  const oneOfSsl = (settings.sslCertfile === undefined) !== (settings.sslKeyfile === undefined);
  if (oneOfSsl && !sslFailed) {
    problems.push('FAKEAI_SSL_CERTFILE and FAKEAI_SSL_KEYFILE must be set both or not at all');
  }
  if (settings.requireApiKey && settings.apiKeys.length === 0 && !failed.has('apiKeys')) {
    problems.push('FAKEAI_REQUIRE_API_KEY is true, but FAKEAI_API_KEYS has no key');
  }
  return problems;
}

export function warningsAbout(settings: Settings, sources: SettingSources): readonly string[] {
  return [
    ...withoutEffect(settings, sources),
    ...contradictions(settings, sources),
    ...timeoutsThatTrip(settings, sources),
  ];
}

function withoutEffect(settings: Settings, sources: SettingSources): readonly string[] {
  const warnings: string[] = [];
  const later: string[] = [];
  for (const { name, env, setting } of SETTINGS) {
    if (sources[name] === 'default' || settings[name] === false) continue;
    const { effect } = setting;
    if (effect?.kind === 'never' && effect.quiet !== true) {
      warnings.push(`${env} has no effect. ${effect.why}`);
    }
    if (effect?.kind === 'yet' && settings[name] !== setting.default) later.push(env);
  }
  if (later.length > 0) warnings.push(`Accepted, without effect yet: ${later.join(', ')}.`);
  return warnings;
}

function contradictions(settings: Settings, sources: SettingSources): readonly string[] {
  const warnings: string[] = [];
  if (settings.responseDelay !== undefined && sources.ttftMs !== 'default') {
    warnings.push('FAKEAI_TTFT_MS and FAKEAI_RESPONSE_DELAY are both set; FAKEAI_TTFT_MS counts.');
  }
  if (settings.apiKeys.length > 0 && !settings.requireApiKey) {
    warnings.push('FAKEAI_API_KEYS is set, but FAKEAI_REQUIRE_API_KEY is false: all may enter.');
  }
  return warnings;
}

/** Time limits that a typical answer of the configured latencies must exceed. */
function timeoutsThatTrip(settings: Settings, sources: SettingSources): readonly string[] {
  if (settings.engine !== 'paced' || settings.latencyProfile !== 'none') return [];
  const { ttftMs, itlMs, itlVariancePercent } = effectiveLatency(settings, sources);
  const warnings: string[] = [];
  const shortestGapMs = itlMs * (1 - itlVariancePercent / 100);
  if (shortestGapMs > settings.streamTokenTimeoutSeconds * 1000) {
    warnings.push(
      'FAKEAI_ITL_MS is above FAKEAI_STREAM_TOKEN_TIMEOUT_SECONDS: every stream fails.',
    );
  }
  const answerMs = ttftMs + (settings.outputTokens - 1) * itlMs;
  if (answerMs > settings.streamTimeoutSeconds * 1000) {
    const seconds = Math.round(answerMs / 100) / 10;
    warnings.push(
      `An answer of ${settings.outputTokens} tokens takes ${seconds} s, longer than ` +
        'FAKEAI_STREAM_TIMEOUT_SECONDS: it fails.',
    );
  }
  return warnings;
}
