import { ApiError, apiError } from '../../../shared/errors.ts';
import type { Settings } from '../../../shared/settings/settings.ts';
import {
  AUDIO_FORMATS,
  type AudioFormatName,
  spokenSamples,
  spokenWords,
} from '../../audio/audio-format.ts';
import { pitchOf } from '../../audio/voices.ts';
import type { FirstTokenDelay } from '../../generate/first-token-delay.ts';
import type { Generator } from '../../generate/generator.ts';
import { PartsBody } from '../../http/parts-body.ts';
import { type BodyHost, bodyRoute } from '../body-route.ts';
import type { Route } from '../route.ts';
import { SPEECH_BODY } from './speech-body.ts';

const PATH = '/v1/audio/speech';

/** What the route needs of the server. */
export interface SpeechHost extends BodyHost {
  readonly generator: Generator;
  readonly delay: FirstTokenDelay;
  readonly settings: Pick<
    Settings,
    'enableAudio' | 'defaultVoice' | 'defaultAudioFormat' | 'streamTimeoutSeconds'
  >;
  profileOf(model: string): number;
  nowS(): number;
}

const OFFERED = bodyRoute(PATH, SPEECH_BODY, (host: SpeechHost) => (exchange, body) => {
  const model = host.generator.modelOf(body.model, host.nowS());
  if (model instanceof ApiError) {
    exchange.sendError(model);
    return undefined;
  }
  const { settings } = host;
  const format = AUDIO_FORMATS[body.response_format ?? speechFormat(settings.defaultAudioFormat)];
  const words = spokenWords(body.input);
  const samples = spokenSamples(words, body.speed ?? 1);
  const hertz = pitchOf(body.voice ?? settings.defaultVoice);
  host.delay.wait(exchange, words, host.profileOf(model.id), () =>
    new PartsBody(exchange, format.parts(samples, hertz), settings.streamTimeoutSeconds).send(
      format.contentType,
      [],
    ),
  );
  return undefined;
});

/** A chat calls samples without a header otherwise. */
function speechFormat(format: Settings['defaultAudioFormat']): AudioFormatName {
  return format === 'pcm16' ? 'pcm' : format;
}

export const SPEECH_ROUTE: Route<SpeechHost> = {
  ...OFFERED,
  open: (host, modelOf) => {
    if (host.settings.enableAudio) return OFFERED.open(host, modelOf);
    const setting = 'FAKEAI_ENABLE_AUDIO=true';
    const off = apiError('feature_disabled', { method: 'POST', path: PATH, setting });
    return (exchange) => exchange.sendError(off);
  },
};
