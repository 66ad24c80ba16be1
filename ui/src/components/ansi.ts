import Anser from 'anser'
import { plainText } from './text'

const escapes = /\u001b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g
const colours = /\u001b\[([0-9;:]*)m/g
const CARRIED_CHARS_MAX = 120

/** A stretch of a line that is drawn alike. */
export interface Segment {
  text: string
  classes: string[]
}

/** The text alone, as it is shown: without escape sequences, deceiving characters written out. */
export function shownText(raw: string): string {
  return plainText(raw.replace(escapes, ''))
}

/** The colours that are still on after `raw`, given those that were on before it. */
export function carriedColours(before: string, raw: string): string {
  let carried = before
  for (const [sequence, parameters] of raw.matchAll(colours)) {
    const resets = parameters === '' || /^0*(;|$)/.test(parameters!)
    carried = resets ? (/^0*$/.test(parameters!) ? '' : sequence) : carried + sequence
  }
  return carried.length > CARRIED_CHARS_MAX ? '' : carried
}

const hues = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const

/** The nearest of the eight hues that the look has for both themes. */
function nearestHue(red: number, green: number, blue: number): string {
  const high = Math.max(red, green, blue)
  const low = Math.min(red, green, blue)
  if (high - low < 40) return high < 96 ? 'black' : 'white'
  const middle = (high + low) / 2
  const index = (red > middle ? 1 : 0) + (green > middle ? 2 : 0) + (blue > middle ? 4 : 0)
  return hues[index]!
}

function paletteHue(index: number): string {
  if (index < 16) return hues[index % 8]!
  if (index > 231) return index < 244 ? 'black' : 'white'
  const level = (place: number) => Math.floor((index - 16) / place) % 6
  return nearestHue(level(36) * 51, level(6) * 51, level(1) * 51)
}

function colourClass(part: 'fg' | 'bg', name: string | null, exact: string | null): string[] {
  if (!name) return []
  const palette = /^ansi-palette-(\d+)$/.exec(name)
  if (palette) return [`${part}-${paletteHue(Number(palette[1]))}`]
  if (name === 'ansi-truecolor') {
    const [red = 0, green = 0, blue = 0] = (exact ?? '').split(',').map(Number)
    return [`${part}-${nearestHue(red, green, blue)}`]
  }
  return [`${part}-${name.replace(/^ansi-(bright-)?/, '')}`]
}

/** A line as segments with classes; colours become those of the look. */
export function ansiSegments(raw: string): Segment[] {
  return Anser.ansiToJson(raw, { use_classes: true, remove_empty: true, json: true }).map((part) => ({
    text: plainText(part.content.replace(escapes, '')),
    classes: [
      ...colourClass('fg', part.fg, part.fg_truecolor),
      ...colourClass('bg', part.bg, part.bg_truecolor),
      ...(part.decorations ?? []).map((decoration) => `text-${decoration}`),
    ],
  }))
}

/** Cuts segments at the found places and marks those; the place at `current` is marked apart. */
export function markedSegments(
  segments: readonly Segment[],
  starts: readonly number[],
  length: number,
  current: number,
): Segment[] {
  if (!starts.length) return [...segments]
  const result: Segment[] = []
  let offset = 0
  for (const segment of segments) {
    const end = offset + segment.text.length
    const cuts = starts.flatMap((start) => [start, start + length]).filter((cut) => cut > offset && cut < end)
    const edges = [offset, ...cuts, end]
    for (let index = 1; index < edges.length; index += 1) {
      const [from, to] = [edges[index - 1]!, edges[index]!]
      const found = starts.find((start) => start <= from && from < start + length)
      const mark = found === undefined ? [] : found === current ? ['found', 'current'] : ['found']
      if (to > from)
        result.push({
          text: segment.text.slice(from - offset, to - offset),
          classes: [...segment.classes, ...mark],
        })
    }
    offset = end
  }
  return result
}
