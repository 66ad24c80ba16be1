import { useToast } from '@nuxt/ui/composables'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '../backend/backend'
import type { JobsView, Preferences } from '../backend/types'
import { copyText } from '../components/copy'
import { plainText } from '../components/text'
import { useActions } from './actions'
import { plainList, sameList, useJobsView, viewAddress, withView } from './jobsView'
import { usePreferences } from './preferences'

/** Changes what is kept; it is drawn as the backend keeps it. */
export function useKeeping() {
  const backend = useBackend()
  const store = usePreferences()
  const { attempt } = useActions()
  return async (part: Partial<Preferences>) =>
    attempt(async () => {
      await backend.preferencesSet({ preferences: { ...store.value, ...part } })
      store.value = await backend.preferencesGet()
    })
}

/** The named lists of jobs: the starred ones always, then those that somebody saved. */
export function useViews() {
  const store = usePreferences()
  const list = useJobsView()
  const keep = useKeeping()
  const toast = useToast()
  const { t } = useI18n()

  const saved = computed(() => store.value.views)
  const all = computed<JobsView[]>(() => [
    { ...plainList, name: t('lists.starred'), text: 'starred:yes' },
    ...saved.value,
  ])
  const current = computed(() => all.value.find((view) => sameList(view, list.shape)) ?? null)
  const currentSaved = computed(() => saved.value.find((view) => sameList(view, list.shape)) ?? null)
  const say = (title: string) => toast.add({ title, icon: 'i-lucide-bookmark', color: 'neutral' })

  return {
    all,
    current,
    currentSaved,
    async save(name: string): Promise<void> {
      await keep({ views: withView(saved.value, { ...list.shape, name }) })
      say(t('lists.viewSaved', { name: plainText(name) }))
    },
    async remove(view: JobsView): Promise<void> {
      await keep({ views: saved.value.filter((each) => each.name !== view.name) })
      say(t('lists.viewRemoved', { name: plainText(view.name) }))
    },
    async copy(view: JobsView): Promise<void> {
      await copyText(viewAddress(view))
      say(t('lists.viewCopied'))
    },
  }
}
