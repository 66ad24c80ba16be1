import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { commandError, useBackend } from '../../backend/backend'
import type { CommandError, DraftCheck, FieldError, JobForm } from '../../backend/types'
import { plainForm } from './drafts'

const CHECK_AFTER_MS = 120
// What other people and nodes do shows while nothing is typed.
const LOOK_AGAIN_MS = 5000

/** What the backend says of the form, asked anew after each pause in typing. */
export function useChecks(form: Ref<JobForm | null>, storedId: string | null) {
  const backend = useBackend()
  const { locale } = useI18n()
  const check = shallowRef<DraftCheck | null>(null)
  const unchecked = ref<CommandError | null>(null)
  /** What saving found; it holds until the form is looked through again. */
  const refused = ref<FieldError[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function look(): Promise<void> {
    if (!form.value) return
    const mine = (asked += 1)
    const ask = { form: plainForm(form.value), job_id: storedId, language: locale.value }
    try {
      const answer = await backend.draftCheck({ ask })
      if (mine !== asked) return
      check.value = answer
      unchecked.value = null
      refused.value = []
    } catch (thrown) {
      if (mine === asked) unchecked.value = commandError(thrown)
    }
  }

  watch(
    [form, locale],
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => void look(), check.value ? CHECK_AFTER_MS : 0)
    },
    { deep: true },
  )
  const looker = setInterval(() => void look(), LOOK_AGAIN_MS)
  onScopeDispose(() => {
    asked += 1
    clearTimeout(timer)
    clearInterval(looker)
  })
  return { check, unchecked, refused }
}
