import type { RunState } from '../../backend/types'
import { allStates } from '../../marks/state'

/** The states named in an address, in the order of the chips; anything else is passed over. */
export function statesOf(query: unknown): RunState[] {
  const named = typeof query === 'string' ? query.split(',') : []
  return allStates.filter((state) => named.includes(state))
}

/** The states as an address names them; nothing when all are shown. */
export function statesText(states: readonly RunState[]): string | undefined {
  return states.length ? states.join(',') : undefined
}

/** With `state` if it was not there, else without it. */
export function toggled(states: readonly RunState[], state: RunState): RunState[] {
  return states.includes(state) ? states.filter((each) => each !== state) : [...states, state]
}
