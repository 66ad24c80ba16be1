import { computed, onScopeDispose, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend, type WordLanguage } from '../../backend/backend'
import type { Preferences } from '../../backend/types'
import { resolveLanguage } from '../../i18n'
import { usePreferences } from '../../stores/preferences'

/** Changes how the window looks; it is drawn as the backend keeps it. */
export function useAppearance() {
  const backend = useBackend()
  const store = usePreferences()
  const { locale } = useI18n()

  async function change(part: Partial<Preferences>): Promise<void> {
    await backend.preferencesSet({ preferences: { ...store.value, ...part } })
    store.value = await backend.preferencesGet()
  }

  return {
    preferences: computed(() => store.value),
    change,
    switchTheme: () => change({ theme: store.dark ? 'light' : 'dark' }),
    switchLanguage: () => change({ language: locale.value === 'en' ? 'zh-CN' : 'en' }),
  }
}

/** Keeps the page in the language and the colours that the preferences say. */
export function applyAppearance(): void {
  const store = usePreferences()
  const { locale } = useI18n()
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const contrast = matchMedia('(prefers-contrast: more)')
  const follow = () => {
    store.systemDark = dark.matches
    store.systemContrast = contrast.matches
  }
  follow()
  for (const system of [dark, contrast]) {
    system.addEventListener('change', follow)
    onScopeDispose(() => system.removeEventListener('change', follow))
  }
  watch(
    () => [store.dark, store.contrast] as const,
    ([isDark, isContrast]) => {
      const { classList } = document.documentElement
      classList.toggle('dark', isDark)
      classList.toggle('light', !isDark)
      classList.toggle('contrast', isContrast)
    },
    { immediate: true },
  )
  watch(
    () => resolveLanguage(store.value.language, navigator.languages),
    (language: WordLanguage) => {
      locale.value = language
      document.documentElement.lang = language
    },
    { immediate: true },
  )
}
