import type { LogLine } from './log'

/** Matches that are counted; a log in which a word stands more often needs a longer word. */
export const MATCHES_MAX = 9_999
// So that typing stays smooth: the search gives way after this much of a frame.
const SLICE_MS = 6
const LINES_BETWEEN_LOOKS = 256
// What was found is drawn at first, now and then, and at the end.
const TOLD_EVERY_MS = 200

/** A place where the searched text stands. */
export interface LogMatch {
  line: number
  start: number
}

/** Where a text stands, in any case, in the lines from `from` on; at most `room` places. */
export function findInLines(
  lines: readonly LogLine[],
  needle: string,
  from: number,
  to: number,
  room: number,
): LogMatch[] {
  const matches: LogMatch[] = []
  for (let line = from; line < to && matches.length < room; line += 1) {
    const hay = lines[line]!.text.toLowerCase()
    for (let start = hay.indexOf(needle); start >= 0; start = hay.indexOf(needle, start + needle.length)) {
      matches.push({ line, start })
      if (matches.length >= room) break
    }
  }
  return matches
}

/** What a search has found so far. */
export interface Found {
  matches: LogMatch[]
  /** Lines that were looked through. */
  searched: number
  done: boolean
}

/**
 * Looks through a log of any length in slices of a few milliseconds and tells after each; it stops when `goesOn` says
 * so. `known` is what an earlier search for the same text found in the lines before `from`.
 */
export async function searchLog(
  lines: readonly LogLine[],
  text: string,
  known: Found,
  goesOn: () => boolean,
  tell: (found: Found) => void,
): Promise<void> {
  const needle = text.toLowerCase()
  const matches = [...known.matches]
  let at = known.searched
  let told = -Infinity
  while (goesOn()) {
    const slice = performance.now() + SLICE_MS
    while (at < lines.length && matches.length < MATCHES_MAX && performance.now() < slice) {
      const to = Math.min(lines.length, at + LINES_BETWEEN_LOOKS)
      matches.push(...findInLines(lines, needle, at, to, MATCHES_MAX - matches.length))
      at = to
    }
    const done = at >= lines.length || matches.length >= MATCHES_MAX
    const now = performance.now()
    if (done || (matches.length > 0 && now - told > TOLD_EVERY_MS)) {
      told = now
      tell({ matches: [...matches], searched: at, done })
    }
    if (done) return
    await new Promise((resume) => setTimeout(resume))
  }
}
