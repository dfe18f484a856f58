import { effectiveLatency } from './latency.ts';
import { isLoopback } from './loopback.ts';
import { sameValue } from './parse-value.ts';
import { SETTINGS, type SettingName, type SettingSources, type Settings } from './settings.ts';

/** Rules between settings: what cannot be at all, and what is probably not meant. */

/**
 * `failed` settings have a problem of their own already, and stand at their defaults. `spellings`
 * are those under which the others were given.
 */
export function problemsBetween(
  settings: Settings,
  failed: ReadonlySet<SettingName>,
  spellings: ReadonlyMap<SettingName, string>,
): readonly string[] {
  const problems = [...notBuilt(settings, spellings)];
  const sslFailed = failed.has('sslCertfile') || failed.has('sslKeyfile');
  const oneOfSsl = (settings.sslCertfile === undefined) !== (settings.sslKeyfile === undefined);
  if (oneOfSsl && !sslFailed) {
    problems.push('FAKEAI_SSL_CERTFILE and FAKEAI_SSL_KEYFILE must be set both or not at all');
  }
  const policy = spellings.get('routerPolicy');
  const module = spellings.get('policyModule');
  if (policy !== undefined && module !== undefined) {
    problems.push(`${policy} and ${module} both say how a worker is chosen: leave one out`);
  }
  const { enableAdmin, host, adminApiKeys } = settings;
  const isOpen = enableAdmin === 'true' && adminApiKeys.length === 0 && !isLoopback(host);
  if (isOpen && !failed.has('adminApiKeys')) {
    problems.push(
      `FAKEAI_ENABLE_ADMIN is true on ${host}, where other machines can kill workers, but ` +
        'FAKEAI_ADMIN_API_KEYS has no key',
    );
  }
  if (settings.requireApiKey && settings.apiKeys.length === 0 && !failed.has('apiKeys')) {
    problems.push('FAKEAI_REQUIRE_API_KEY is true, but FAKEAI_API_KEYS has no key');
  }
  return problems;
}

/** One problem with all settings that ask for what is not built, as their sources spell them. */
function notBuilt(
  settings: Settings,
  spellings: ReadonlyMap<SettingName, string>,
): readonly string[] {
  const asked = SETTINGS.filter(
    ({ name, setting }) =>
      setting.effect?.kind === 'yet' && !sameValue(settings[name], setting.default),
  ).map(({ name, env }) => spellings.get(name) ?? env);
  // A flag may stand for several settings.
  const names = [...new Set(asked)];
  if (names.length === 0) return [];
  const [verb, them] = names.length === 1 ? ['does', 'it'] : ['do', 'them'];
  return [
    `${names.join(', ')} ${verb} not work yet, and nobody must count on ${them}: leave ${them} out`,
  ];
}

export function warningsAbout(settings: Settings, sources: SettingSources): readonly string[] {
  return [
    ...withoutEffect(settings, sources),
    ...contradictions(settings, sources),
    ...withoutTheirSwitch(settings, sources),
    ...timeoutsThatTrip(settings, sources),
  ];
}

function withoutEffect(settings: Settings, sources: SettingSources): readonly string[] {
  return SETTINGS.flatMap(({ name, env, setting: { effect, default: fallback } }) => {
    if (effect?.kind !== 'never' || sources[name] === 'default') return [];
    // Off is off, whatever it would have been.
    if (settings[name] === false && fallback === false) return [];
    return [`${env} has no effect. ${effect.why}`];
  });
}

function contradictions(settings: Settings, sources: SettingSources): readonly string[] {
  const warnings: string[] = [];
  if (settings.responseDelay !== undefined && sources.ttftMs !== 'default') {
    warnings.push('FAKEAI_TTFT_MS and FAKEAI_RESPONSE_DELAY are both set; FAKEAI_TTFT_MS counts.');
  }
  if (settings.apiKeys.length > 0 && !settings.requireApiKey) {
    warnings.push(
      'FAKEAI_API_KEYS has keys, but nobody is asked for one: set FAKEAI_REQUIRE_API_KEY.',
    );
  }
  if (sources.streamKeepaliveIntervalSeconds !== 'default' && !settings.streamKeepaliveEnabled) {
    warnings.push(
      'FAKEAI_STREAM_KEEPALIVE_INTERVAL_SECONDS has no effect without ' +
        'FAKEAI_STREAM_KEEPALIVE_ENABLED.',
    );
  }
  return warnings;
}

/** Settings that say how something is done which is not done at all. */
function withoutTheirSwitch(settings: Settings, sources: SettingSources): readonly string[] {
  return SWITCHED.flatMap(({ isOn, by, names }) =>
    isOn(settings)
      ? []
      : SETTINGS.filter(({ name }) => names.includes(name) && sources[name] !== 'default').map(
          ({ env }) => `${env} has no effect without ${by}.`,
        ),
  );
}

const SWITCHED: readonly {
  readonly isOn: (settings: Settings) => boolean;
  readonly by: string;
  readonly names: readonly SettingName[];
}[] = [
  {
    isOn: ({ enableAbuseDetection, enableSecurity }) => enableAbuseDetection || enableSecurity,
    by: 'FAKEAI_ENABLE_ABUSE_DETECTION',
    names: ['abuseCleanupInterval', 'trustProxy'],
  },
  {
    isOn: ({ rateLimitEnabled }) => rateLimitEnabled,
    by: 'FAKEAI_RATE_LIMIT_ENABLED',
    names: [
      'rateLimitTier',
      'rateLimitRpm',
      'rateLimitTpm',
      'rateLimitMaxKeys',
      'rateLimitRedisUrl',
      'rateLimitRedisFailure',
    ],
  },
];

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
