import { defineStore } from 'pinia'
import type { AgentState, Live, RunRow } from '../backend/types'

/** What the window knows of the backend's news. */
export interface LiveState {
  /** Of the newest event; null before the first. */
  sequence: number | null
  /** When the newest data was stored. */
  at: string | null
  trouble: string | null
  agent: AgentState
  /** The run that changed last. */
  last: RunRow | null
}

/** What an event asks to be read again. */
export interface Effects {
  everything: boolean
  jobs: boolean
  runs: RunRow[]
  hello: boolean
}

export const silence: LiveState = { sequence: null, at: null, trouble: null, agent: 'running', last: null }

/** One step: the state after an event, and what has to be read because of it. */
export function reduceLive(state: LiveState, live: Live): { state: LiveState; effects: Effects } {
  const missed = state.sequence !== null && live.sequence !== state.sequence + 1
  const back = state.trouble !== null && live.trouble === null
  return {
    state: {
      sequence: live.sequence,
      at: live.at,
      trouble: live.trouble,
      agent: live.agent ?? state.agent,
      last: live.runs.at(-1) ?? state.last,
    },
    effects: {
      everything: missed || back,
      jobs: live.jobs_changed || live.runs.length > 0,
      runs: live.runs,
      hello: live.agent !== null && live.agent !== state.agent,
    },
  }
}

/** The news, moved only by the backend's events. */
export const useLive = defineStore('live', {
  state: (): LiveState => ({ ...silence }),
  actions: {
    take(live: Live): Effects {
      const { state, effects } = reduceLive(this.$state, live)
      this.$patch(state)
      return effects
    },
  },
})
