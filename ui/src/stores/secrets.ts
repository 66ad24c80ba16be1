import { defineStore } from 'pinia'

/** Whether somebody waits for the file of secrets to be opened. */
export const useSecrets = defineStore('secrets', {
  state: () => ({ needed: false }),
  actions: {
    ask() {
      this.needed = true
    },
    settle() {
      this.needed = false
    },
  },
})
