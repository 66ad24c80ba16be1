import { useToast } from '@nuxt/ui/composables'
import { computed, inject, type InjectionKey } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { JobForm } from '../../backend/types'
import { useAsks } from './asks'
import { useChecks } from './checks'
import { draftKey, Drafts, isSame, plainForm } from './drafts'
import { useKeeping } from './keeping'
import { useMistakes } from './mistakes'
import { useOpening } from './opening'

/** The form of a job on its way from being opened to being saved. Every rule is the backend's. */
export function useEditor(jobId: string | null, duplicate: boolean) {
  const router = useRouter()
  const toast = useToast()
  const { t } = useI18n()
  const drafts = new Drafts(localStorage, draftKey(jobId, duplicate))
  const storedId = duplicate ? null : jobId

  const opened = useOpening({ job_id: jobId, duplicate }, drafts)
  const { form, start, generation, keptAt } = opened
  const dirty = computed(() => !!form.value && !(start.value && isSame(form.value, start.value.form)))
  const { keepFails, isDone } = useKeeping({ drafts, form, generation, dirty })
  const { check, unchecked, refused } = useChecks(form, storedId)
  const { wanted, errors, errorsOf, touch, sentence, refuse } = useMistakes(check, refused, keptAt)
  const { conflict, ...asks } = useAsks({ form, generation, storedId, refuse, isDone })

  function leave(): void {
    if (dirty.value) toast.add({ title: t('editor.keptLeave'), icon: 'i-lucide-archive', color: 'neutral' })
    if (router.options.history.state.back) router.back()
    else void router.push({ name: 'jobs', query: storedId ? { job: storedId } : {} })
  }

  function discard(): void {
    keptAt.value = null
    wanted.value = false
    drafts.forget()
    opened.beginAgain()
  }

  /** Goes on with another form on top of what stands now. */
  function goOnWith(next: JobForm): void {
    if (!conflict.value) return
    generation.value = conflict.value.generation
    conflict.value = null
    form.value = plainForm(next)
    if (!storedId) return
    start.value = { form: plainForm(next), generation: generation.value }
    void opened.look()
  }

  return {
    ...opened,
    ...asks,
    conflict,
    storedId,
    keepFails,
    dirty,
    check,
    unchecked,
    errors,
    errorsOf,
    wanted,
    sentence,
    touch,
    leave,
    discard,
    goOnWith,
  }
}

export type Editor = ReturnType<typeof useEditor>
export const editorKey: InjectionKey<Editor> = Symbol('editor')

/** The editor around a part of its form. */
export function useEditorPart(): Editor {
  const editor = inject(editorKey)
  if (!editor) throw new Error('the screen provides its editor')
  return editor
}
