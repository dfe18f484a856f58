import { flacParts } from './flac.ts';
import { aacParts, mp3Parts } from './framed.ts';
import { oggOpusParts } from './ogg-opus.ts';
import { pcmParts } from './pcm.ts';
import { SAMPLE_RATE } from './tone.ts';
import { wavParts } from './wav.ts';

/** A file format of audio. */
interface AudioFormat {
  readonly contentType: string;
  /**
   * The bytes of a file, in parts of at most 4 KiB, of so many samples of a tone. A compressed one
   * may be longer by a part of its last frame, and has a pitch of its own.
   */
  readonly parts: (samples: number, hertz: number) => Iterator<Uint8Array, void, undefined>;
}

export const AUDIO_FORMAT_NAMES = ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'] as const;
export type AudioFormatName = (typeof AUDIO_FORMAT_NAMES)[number];

export const AUDIO_FORMATS: Readonly<Record<AudioFormatName, AudioFormat>> = {
  mp3: { contentType: 'audio/mpeg', parts: mp3Parts },
  opus: { contentType: 'audio/ogg', parts: oggOpusParts },
  aac: { contentType: 'audio/aac', parts: aacParts },
  flac: { contentType: 'audio/flac', parts: flacParts },
  wav: { contentType: 'audio/wav', parts: wavParts },
  pcm: { contentType: 'audio/pcm', parts: pcmParts },
};

/** Seconds that a spoken word takes, at the usual speed. */
const SECONDS_PER_WORD = 0.3;

/** Samples of so many spoken words: one word at least. */
export function spokenSamples(words: number, speed = 1): number {
  return Math.ceil((Math.max(1, words) * SECONDS_PER_WORD * SAMPLE_RATE) / speed);
}

/** Words that are spoken of a text: what stands between blanks. */
export function spokenWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}
