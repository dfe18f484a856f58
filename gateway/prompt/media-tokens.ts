/**
 * How many prompt tokens a picture, video, recording or file counts. Nothing is fetched or decoded:
 * sizes come from the header in a data URI, from hints in the URL, or are assumed.
 */

/** How closely a picture is looked at. */
export type Detail = 'auto' | 'low' | 'high';

/** A picture or a video, by URL or as a data URI. */
interface MediaUrl {
  readonly url: string;
  readonly detail?: Detail | null;
}

interface InputAudio {
  /** Base64. */
  readonly data: string;
  readonly format: 'wav' | 'mp3';
}

interface InputFile {
  /** Base64, or a data URI of it. */
  readonly file_data?: string | null;
}

/** What pictures cost in a model: `base` tokens, and `tile` for each tile of 512 x 512. */
export interface ImageCost {
  readonly base: number;
  readonly tile: number;
}

export const STANDARD_IMAGE_COST: ImageCost = { base: 85, tile: 170 };
/** Small models are billed so that a picture costs what it costs in a large one. */
export const SMALL_MODEL_IMAGE_COST: ImageCost = { base: 2833, tile: 5667 };

/** In pixels, at most `SIDE_MAX` each. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** What headers and hints may say at most: a larger number is taken for this one. */
const SIDE_MAX = 65_535;
const SECONDS_MAX = 86_400;
const FPS_MAX = 240;

const TILE_SIDE = 512;
const IMAGE_SIDE_MAX = 2048;
const IMAGE_SHORT_SIDE_MAX = 768;
const ASSUMED_IMAGE: Size = { width: 1024, height: 1024 };

export function imageTokens(image: MediaUrl, cost: ImageCost): number {
  const detail = image.detail ?? 'auto';
  if (detail === 'low') return cost.base;
  const size = dataUriSize(image.url) ?? hintedSize(image.url) ?? ASSUMED_IMAGE;
  if (detail === 'auto' && fitsOneTile(size)) return cost.base;
  const { width, height } = fitTo(size, IMAGE_SIDE_MAX, IMAGE_SHORT_SIDE_MAX);
  return cost.base + cost.tile * Math.ceil(width / TILE_SIDE) * Math.ceil(height / TILE_SIDE);
}

function fitsOneTile(size: Size): boolean {
  return size.width <= TILE_SIDE && size.height <= TILE_SIDE;
}

/** Scales down, never up: first the long side, then the short one. */
function fitTo(size: Size, longMax: number, shortMax: number): Size {
  const long = Math.max(size.width, size.height);
  const fit = Math.min(1, longMax / long);
  const short = Math.min(size.width, size.height) * fit;
  const scale = fit * Math.min(1, shortMax / short);
  return { width: Math.round(size.width * scale), height: Math.round(size.height * scale) };
}

interface Video extends Size {
  readonly seconds: number;
  readonly fps: number;
}

const ASSUMED_VIDEO: Video = { width: 512, height: 288, seconds: 5, fps: 4 };

export function videoTokens(video: MediaUrl): number {
  const { width, height, seconds, fps } = videoShape(video.url);
  return 85 + Math.floor(seconds * fps) * frameTokens(video.detail ?? 'auto', { width, height });
}

function frameTokens(detail: Detail, size: Size): number {
  if (detail === 'low' || (detail === 'auto' && fitsOneTile(size))) return 10;
  const tiles = Math.floor(size.width / TILE_SIDE) * Math.floor(size.height / TILE_SIDE);
  return 20 + 10 * Math.max(1, tiles);
}

/** Hints: `meta=512x288:5.0s@4fps`, `512x288_5s_4fps` in the path, or query parameters. */
function videoShape(url: string): Video {
  const head = url.slice(0, HINT_LENGTH_MAX);
  const packed = PACKED_HINT.exec(head);
  if (packed !== null) {
    const [width = 0, height = 0, seconds = 0, fps = 0] = packed.slice(1).map(Number);
    return clamped({ width, height, seconds, fps });
  }
  const size = queriedSize(head);
  return clamped({
    width: size?.width ?? ASSUMED_VIDEO.width,
    height: size?.height ?? ASSUMED_VIDEO.height,
    seconds: queried(head, 'duration') ?? ASSUMED_VIDEO.seconds,
    fps: queried(head, 'fps') ?? ASSUMED_VIDEO.fps,
  });
}

/** Numbers of more digits are no hints. */
const PACKED_HINT =
  /(?<!\d)(\d{1,5})x(\d{1,5})[:_](\d{1,9}(?:\.\d{1,9})?)s[@_](\d{1,9}(?:\.\d{1,9})?)fps/;

function clamped({ width, height, seconds, fps }: Video): Video {
  return {
    width,
    height,
    seconds: Math.min(seconds, SECONDS_MAX),
    fps: Math.min(fps, FPS_MAX),
  };
}

/** 1.67 tokens a second of speech; the length follows from the bytes and a usual bit rate. */
export function audioTokens(audio: InputAudio): number {
  const bytes = base64Bytes(audio.data);
  const seconds = audio.format === 'wav' ? (bytes - 44) / 48_000 : bytes / 16_000;
  return Math.max(1, Math.floor(1.67 * Math.max(0.1, seconds)));
}

const FILE_BYTES_PER_TOKEN = 4;

export function fileTokens(file: InputFile): number {
  const bytes = base64Bytes(file.file_data ?? '');
  return Math.max(1, Math.floor(bytes / FILE_BYTES_PER_TOKEN));
}

/** Bytes that base64 text, or a data URI of it, decodes to. */
function base64Bytes(data: string): number {
  const start = data.startsWith('data:') ? data.indexOf(',') + 1 : 0;
  let end = data.length;
  // At most two stand at the end.
  for (let pad = 0; pad < 2 && end > start && data.endsWith('=', end); pad++) end--;
  return Math.floor(((end - start) * 3) / 4);
}

/** Hints stand at the front of a URL; a longer one is data. */
const HINT_LENGTH_MAX = 2048;

function hintedSize(url: string): Size | undefined {
  if (url.startsWith('data:')) return undefined;
  const head = url.slice(0, HINT_LENGTH_MAX);
  const asked = queriedSize(head);
  if (asked !== undefined) return asked;
  const inPath = /(?<!\d)(\d{1,5})x(\d{1,5})(?!\d)/.exec(head);
  return inPath === null ? undefined : sizeOf(Number(inPath[1]), Number(inPath[2]));
}

function queriedSize(url: string): Size | undefined {
  return sizeOf(queried(url, 'width') ?? 0, queried(url, 'height') ?? 0);
}

function queried(url: string, name: keyof typeof QUERIES): number | undefined {
  const match = QUERIES[name].exec(url);
  return match === null ? undefined : Number(match[1]);
}

const QUERIES = {
  width: /[?&]width=(\d{1,9}(?:\.\d{1,9})?)(?!\d)/,
  height: /[?&]height=(\d{1,9}(?:\.\d{1,9})?)(?!\d)/,
  duration: /[?&]duration=(\d{1,9}(?:\.\d{1,9})?)(?!\d)/,
  fps: /[?&]fps=(\d{1,9}(?:\.\d{1,9})?)(?!\d)/,
} as const;

function sizeOf(width: number, height: number): Size | undefined {
  if (width <= 0 || height <= 0) return undefined;
  return { width: Math.min(width, SIDE_MAX), height: Math.min(height, SIDE_MAX) };
}

/**
 * Base64 characters that hold the header of a picture; a JPEG's may stand far behind its metadata.
 */
const HEADER_LENGTH_MAX = 87_384;

/** The size that the header of a PNG, GIF, WebP or JPEG in a data URI states. */
function dataUriSize(uri: string): Size | undefined {
  if (!uri.startsWith('data:')) return undefined;
  const comma = uri.indexOf(',');
  if (comma < 0 || !uri.slice(0, comma).endsWith(';base64')) return undefined;
  const bytes = Buffer.from(uri.slice(comma + 1, comma + 1 + HEADER_LENGTH_MAX), 'base64');
  if (bytes.length < 30) return undefined;
  if (bytes.readUInt32BE(0) === 0x89504e47) {
    return sizeOf(bytes.readUInt32BE(16), bytes.readUInt32BE(20));
  }
  const magic = bytes.toString('latin1', 0, 4);
  if (magic === 'GIF8') return sizeOf(bytes.readUInt16LE(6), bytes.readUInt16LE(8));
  if (magic === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return webpSize(bytes);
  return bytes.readUInt16BE(0) === 0xffd8 ? jpegSize(bytes) : undefined;
}

/** The three layouts of a WebP file: lossy (VP8), lossless (VP8L) and extended (VP8X). */
function webpSize(bytes: Buffer): Size | undefined {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return sizeOf(bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff);
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return sizeOf((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case 'VP8X':
      return sizeOf(bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1);
    default:
      return undefined;
  }
}

/** Walks the segments of a JPEG to its start-of-frame marker (C0 to CF without C4, C8, CC). */
function jpegSize(bytes: Buffer): Size | undefined {
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes.readUInt8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && (marker & 3) !== 0;
    if (isFrame || marker === 0xc0) {
      return sizeOf(bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5));
    }
    const length = bytes.readUInt16BE(at + 2);
    // A segment's length counts its own two bytes.
    if (length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
}
