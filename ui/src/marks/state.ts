import type { RunState } from '../backend/types'

/** The glyph of each state; its colour is the token of the same name. */
export const stateGlyph: Record<RunState, string> = {
  claimed: 'i-lucide-circle-dashed',
  running: 'i-lucide-loader-circle',
  succeeded: 'i-lucide-circle-check',
  failed: 'i-lucide-circle-x',
  timed_out: 'i-lucide-timer-off',
  killed: 'i-lucide-octagon-x',
  lost: 'i-lucide-circle-help',
  skipped: 'i-lucide-ban',
  rejected: 'i-lucide-shield-x',
}

/** The colour of each state, a token of the look. */
export const stateColour: Record<RunState, string> = {
  claimed: 'var(--muted)',
  running: 'var(--running)',
  succeeded: 'var(--succeeded)',
  failed: 'var(--failed)',
  timed_out: 'var(--timed-out)',
  killed: 'var(--killed)',
  lost: 'var(--lost)',
  skipped: 'var(--muted)',
  rejected: 'var(--rejected)',
}

export const allStates = Object.keys(stateGlyph) as RunState[]

/** Whether nothing more will come of a run; a lost one may still be found. */
export function isOver(state: RunState): boolean {
  return state !== 'claimed' && state !== 'running'
}
