import { defineStore } from 'pinia'
import type { Preferences } from '../backend/types'

/** What holds until the backend has said what is kept. */
export const usualPreferences: Preferences = {
  language: 'system',
  theme: 'system',
  density: 'compact',
  rail_folded: false,
  views: [],
  notices: 'mine',
  owner_name: '',
}

/** How the window looks, as the backend last said, and the zone that times are shown in. */
export const usePreferences = defineStore('preferences', {
  state: () => ({
    value: { ...usualPreferences },
    zone: 'UTC',
    systemDark: false,
    systemContrast: false,
  }),
  getters: {
    contrast: (state) =>
      state.value.theme === 'contrast' || (state.value.theme === 'system' && state.systemContrast),
    dark(state): boolean {
      return (
        this.contrast || state.value.theme === 'dark' || (state.value.theme === 'system' && state.systemDark)
      )
    },
    rowHeight: (state) => (state.value.density === 'compact' ? 28 : 36),
  },
})
