import type { LogLine } from '../../components/log'

/** The address of a run, or of a line of its log, that Belfry opens on any computer that can see the run. */
export function runLink(run: { run_id: string; attempt: number }, line: number | null): string {
  const parts = [
    ...(run.attempt > 1 ? [`attempt=${run.attempt}`] : []),
    ...(line === null ? [] : [`line=${line}`]),
  ]
  return `belfry://run/${run.run_id}${parts.length ? `?${parts.join('&')}` : ''}`
}

/** A whole number from 1 that an address names; null for anything else. */
export function numberIn(value: unknown): number | null {
  return typeof value === 'string' && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : null
}

/** Where the line with this number stands; -1 while it is not there. Gaps have no number. */
export function lineAt(lines: readonly LogLine[], number: number): number {
  // Gaps are few: the place is at, or a little behind, the number.
  for (let index = number - 1; index < lines.length; index += 1) {
    if (lines[index]!.number === number) return index
  }
  return -1
}
