import { defineStore } from 'pinia'

/** How logs are shown: as the last one was, while the window is open. */
export const useLogLook = defineStore('logLook', {
  state: () => ({ wrap: false, times: false, ansi: true }),
})
