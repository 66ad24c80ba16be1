import { useToast } from '@nuxt/ui/composables'
import { useQueryClient } from '@tanstack/vue-query'
import { ref, shallowRef, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useBackend } from '../../backend/backend'
import type { FieldError, JobForm, SaveConflict } from '../../backend/types'
import { plainText } from '../../components/text'
import { useActions } from '../../stores/actions'
import { useAsked } from '../../stores/asked'
import { keys } from '../../stores/queries'
import { plainForm } from './drafts'

/** What saving and trying need of an editor. */
export interface Asking {
  form: Ref<JobForm | null>
  generation: Ref<number>
  storedId: string | null
  refuse: (found: FieldError[]) => Promise<void>
  isDone: () => void
}

/** What the backend is asked to do with the form: to save it, or to run it once. */
export function useAsks({ form, generation, storedId, refuse, isDone }: Asking) {
  const backend = useBackend()
  const client = useQueryClient()
  const router = useRouter()
  const toast = useToast()
  const actions = useActions()
  const asked = useAsked()
  const { t } = useI18n()
  const saving = ref(false)
  const trying = ref(false)
  const conflict = shallowRef<SaveConflict | null>(null)
  const trial = ref<string | null>(null)

  /** One at a time; says what went wrong. */
  const once = (busy: Ref<boolean>, act: (form: JobForm) => Promise<void>) =>
    actions.attempt(async () => {
      if (!form.value || busy.value) return
      busy.value = true
      try {
        await act(plainForm(form.value))
      } finally {
        busy.value = false
      }
    })

  const save = (on = generation.value) =>
    once(saving, async (typed) => {
      const answer = await backend.draftSave({ ask: { form: typed, job_id: storedId, generation: on } })
      if (answer.outcome === 'refused') return await refuse(answer.errors)
      conflict.value = answer.outcome === 'conflict' ? answer.conflict : null
      if (answer.outcome === 'conflict') return
      isDone()
      const title = t('editor.saved', { name: plainText(typed.name) })
      toast.add({ title, icon: 'i-lucide-circle-check', color: 'success' })
      await client.invalidateQueries({ queryKey: keys.jobs })
      await router.replace({ name: 'jobs', query: { job: answer.job_id } })
    })

  const attemptTrial = () =>
    once(trying, async (typed) => {
      const answer = await backend.draftTry({ ask: { form: typed, job_id: storedId } })
      if (answer.outcome === 'refused') return await refuse(answer.errors)
      asked.add(answer.run_id)
      trial.value = answer.run_id
    })

  return { saving, trying, trial, conflict, save, attemptTrial }
}
