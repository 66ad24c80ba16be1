import { defineStore } from 'pinia'

const REMEMBERED = 50

/** Runs that this window asked for and that no agent may have taken yet. */
export const useAsked = defineStore('asked', {
  state: () => ({ runIds: [] as string[] }),
  actions: {
    add(runId: string) {
      this.runIds = [...this.runIds, runId].slice(-REMEMBERED)
    },
  },
})
