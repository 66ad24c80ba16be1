import { defineStore } from 'pinia'
import type { Preferences } from '../backend/types'

/** How the window looks, as the backend last said, and the zone that times are shown in. */
export const usePreferences = defineStore('preferences', {
  state: () => ({
    value: { language: 'system', theme: 'system', density: 'compact', rail_folded: false } as Preferences,
    zone: 'UTC',
    systemDark: false,
  }),
  getters: {
    dark: (state) => state.value.theme === 'dark' || (state.value.theme === 'system' && state.systemDark),
    rowHeight: (state) => (state.value.density === 'compact' ? 28 : 36),
  },
})
