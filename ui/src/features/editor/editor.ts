import { useToast } from '@nuxt/ui/composables'
import { useQueryClient } from '@tanstack/vue-query'
import { computed, inject, onScopeDispose, ref, shallowRef, watch, type InjectionKey } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { commandError, useBackend } from '../../backend/backend'
import type { CommandError, EditorLists, EditorStart, JobForm, SaveConflict } from '../../backend/types'
import { plainText } from '../../components/text'
import { useActions } from '../../stores/actions'
import { useAsked } from '../../stores/asked'
import { keys } from '../../stores/queries'
import { useChecks } from './checks'
import { draftKey, Drafts, isSame, plainForm } from './drafts'
import { useMistakes } from './mistakes'

const KEEP_AFTER_MS = 300

const noLists: EditorLists = { zones: [], interpreters: [], projects: [], tags: [], owners: [], nodes: [] }

/** The form of a job on its way from being opened to being saved. Every rule is the backend's. */
export function useEditor(jobId: string | null, duplicate: boolean) {
  const backend = useBackend()
  const client = useQueryClient()
  const router = useRouter()
  const toast = useToast()
  const actions = useActions()
  const asked = useAsked()
  const { t } = useI18n()
  const drafts = new Drafts(localStorage, draftKey(jobId, duplicate))
  const storedId = duplicate ? null : jobId

  const form = ref<JobForm | null>(null)
  const start = shallowRef<EditorStart | null>(null)
  const opening = ref<CommandError | null>(null)
  const lists = shallowRef(noLists)
  const generation = ref(0)
  const keptAt = ref<string | null>(null)
  const keepFails = ref(false)
  const saving = ref(false)
  const trying = ref(false)
  const conflict = shallowRef<SaveConflict | null>(null)
  const trial = ref<string | null>(null)

  async function open(): Promise<void> {
    opening.value = null
    try {
      start.value = await backend.editorOpen({ ask: { job_id: jobId, duplicate } })
    } catch (thrown) {
      opening.value = commandError(thrown)
    }
    const begun = start.value
    const kept = drafts.read(begun?.form ?? null)
    if (kept && !(begun && isSame(kept.form, begun.form))) {
      keptAt.value = kept.at
      generation.value = kept.generation
      form.value = kept.form
    } else if (begun) {
      generation.value = begun.generation
      form.value = plainForm(begun.form)
    }
    void backend.editorLists().then(
      (read) => (lists.value = read),
      () => undefined,
    )
  }
  void open()

  const dirty = computed(() => !!form.value && !(start.value && isSame(form.value, start.value.form)))

  // What is typed is kept at once, and looked through after a moment's pause.
  let keeper: ReturnType<typeof setTimeout> | undefined
  function keep(): void {
    clearTimeout(keeper)
    keeper = undefined
    if (!form.value || done) return
    if (!dirty.value) return drafts.forget()
    const at = new Date().toISOString()
    keepFails.value = !drafts.keep({ at, generation: generation.value, form: plainForm(form.value) })
  }
  let done = false

  watch(form, () => (keeper ??= setTimeout(keep, KEEP_AFTER_MS)), { deep: true })
  const leaving = new AbortController()
  addEventListener('pagehide', keep, { signal: leaving.signal })
  onScopeDispose(() => {
    keep()
    leaving.abort()
  })

  const { check, unchecked, refused } = useChecks(form, storedId)
  const { wanted, errors, errorsOf, touch, sentence, refuse } = useMistakes(check, refused, keptAt)

  function isDone(): void {
    done = true
    clearTimeout(keeper)
    drafts.forget()
  }

  const save = (on = generation.value) =>
    actions.attempt(async () => {
      if (!form.value || saving.value) return
      saving.value = true
      try {
        const ask = { form: plainForm(form.value), job_id: storedId, generation: on }
        const answer = await backend.draftSave({ ask })
        if (answer.outcome === 'refused') return await refuse(answer.errors)
        conflict.value = answer.outcome === 'conflict' ? answer.conflict : null
        if (answer.outcome === 'conflict') return
        isDone()
        toast.add({
          title: t('editor.saved', { name: plainText(ask.form.name) }),
          icon: 'i-lucide-circle-check',
          color: 'success',
        })
        await client.invalidateQueries({ queryKey: keys.jobs })
        await router.replace({ name: 'jobs', query: { job: answer.job_id } })
      } finally {
        saving.value = false
      }
    })

  const attemptTrial = () =>
    actions.attempt(async () => {
      if (!form.value || trying.value) return
      trying.value = true
      try {
        const answer = await backend.draftTry({ ask: { form: plainForm(form.value), job_id: storedId } })
        if (answer.outcome === 'refused') return await refuse(answer.errors)
        asked.add(answer.run_id)
        trial.value = answer.run_id
      } finally {
        trying.value = false
      }
    })

  function leave(): void {
    if (dirty.value) toast.add({ title: t('editor.keptLeave'), icon: 'i-lucide-archive', color: 'neutral' })
    if (router.options.history.state.back) router.back()
    else void router.push({ name: 'jobs', query: storedId ? { job: storedId } : {} })
  }

  function discard(): void {
    keptAt.value = null
    wanted.value = false
    drafts.forget()
    if (!start.value) return
    generation.value = start.value.generation
    form.value = plainForm(start.value.form)
  }

  /** Goes on with another form on top of what stands now. */
  function goOnWith(next: JobForm): void {
    if (!conflict.value) return
    generation.value = conflict.value.generation
    conflict.value = null
    form.value = plainForm(next)
    if (storedId) start.value = { form: plainForm(next), generation: generation.value }
    if (!duplicate && jobId) void reopen()
  }

  /** What stands now, to tell whether the form differs from it. */
  async function reopen(): Promise<void> {
    try {
      start.value = await backend.editorOpen({ ask: { job_id: jobId, duplicate } })
    } catch {
      // A deleted job has nothing to differ from.
      start.value = null
    }
  }

  return {
    storedId,
    form,
    start,
    opening,
    lists,
    generation,
    keptAt,
    keepFails,
    dirty,
    check,
    unchecked,
    errors,
    errorsOf,
    wanted,
    sentence,
    touch,
    saving,
    trying,
    trial,
    conflict,
    open,
    save,
    attemptTrial,
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
