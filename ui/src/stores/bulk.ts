import { defineStore } from 'pinia'
import type { BulkAction, BulkAsk, BulkProgress } from '../backend/types'

/** What is done to jobs, by the name of its words. */
export type Deed = 'pause' | 'resume' | 'run' | 'delete' | 'tag' | 'star' | 'undo'

/** Which deed an ask is. */
export function deedOf(ask: BulkAsk): Deed {
  if ('undo' in ask) return 'undo'
  return actionDeed(ask.do.action)
}

function actionDeed(action: BulkAction): Deed {
  if (typeof action === 'string') return action
  return 'tag' in action ? 'tag' : 'star'
}

/** Whether what was done can be taken back. */
export function canUndo(deed: Deed, progress: BulkProgress | null): boolean {
  return deed !== 'undo' && deed !== 'run' && progress !== null && progress.changed.length > 0
}

/** A change of many jobs, as far as it is. */
export interface Bulk {
  id: string
  deed: Deed
  progress: BulkProgress | null
}

/** The change that goes on, or the last one; moved only by what the backend tells. */
export const useBulk = defineStore('bulk', {
  state: () => ({ now: null as Bulk | null, serial: 0 }),
  getters: {
    busy: (state) => state.now !== null && !state.now.progress?.over,
    undoable: (state) => state.now !== null && canUndo(state.now.deed, state.now.progress),
  },
  actions: {
    begin(deed: Deed): string {
      this.serial += 1
      const id = `bulk-${this.serial}`
      this.now = { id, deed, progress: null }
      return id
    },
    take(progress: BulkProgress) {
      // What comes late never takes an end back.
      if (this.now?.id !== progress.id || this.now.progress?.over) return
      this.now = { ...this.now, progress }
    },
    forget(id: string) {
      if (this.now?.id === id) this.now = null
    },
  },
})
