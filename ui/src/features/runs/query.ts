import type { RunsMistake } from '../../backend/types'

type Address = Record<string, unknown>

/** The query that an address asks for: `q`, or states as other screens name them. */
export function queryOf(address: Address): string {
  if (typeof address.q === 'string') return address.q
  return typeof address.state === 'string' ? `state:${address.state}` : ''
}

/** The text with one of its mistakes put right. */
export function corrected(text: string, mistake: RunsMistake): string {
  return text.slice(0, mistake.from) + (mistake.suggestion ?? '') + text.slice(mistake.to)
}

/** A value as the query language writes it. */
export function quoted(value: string): string {
  return /[\s,"]|^!/.test(value) ? `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : value
}

/** A text cut at its mistakes, so that these can be drawn apart. */
export function marked(text: string, mistakes: readonly RunsMistake[]): { text: string; wrong: boolean }[] {
  const parts: { text: string; wrong: boolean }[] = []
  let at = 0
  for (const { from, to } of [...mistakes].sort((a, b) => a.from - b.from)) {
    if (from < at || from >= to) continue
    if (from > at) parts.push({ text: text.slice(at, from), wrong: false })
    parts.push({ text: text.slice(from, to), wrong: true })
    at = to
  }
  if (at < text.length) parts.push({ text: text.slice(at), wrong: false })
  return parts
}
