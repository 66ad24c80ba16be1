import type { NodeState } from '../../backend/types'

/** The glyph of each state; the word stands beside it. */
export const nodeGlyph: Record<NodeState, string> = {
  up: 'i-lucide-circle-check',
  draining: 'i-lucide-circle-arrow-down',
  clock_suspect: 'i-lucide-clock-alert',
  gone: 'i-lucide-unplug',
}

/** The colour of each state. */
export const nodeColour: Record<NodeState, string> = {
  up: 'var(--succeeded)',
  draining: 'var(--killed)',
  clock_suspect: 'var(--late)',
  gone: 'var(--failed)',
}

/** How far a clock is ahead, with its sign; a way of some milliseconds is no difference. */
export function clockText(ms: number | null): string {
  if (ms === null) return '–'
  const sign = ms > 0 ? '+' : ms < 0 ? '−' : ''
  const away = Math.abs(ms)
  return away < 1000 ? `${sign}${away} ms` : `${sign}${(away / 1000).toFixed(1)} s`
}
