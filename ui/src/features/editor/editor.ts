import { useToast } from '@nuxt/ui/composables'
import { useQueryClient } from '@tanstack/vue-query'
import {
  computed,
  inject,
  nextTick,
  onScopeDispose,
  reactive,
  ref,
  shallowRef,
  watch,
  type InjectionKey,
} from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { commandError, useBackend } from '../../backend/backend'
import type {
  CommandError,
  DraftCheck,
  EditorLists,
  EditorStart,
  FieldError,
  JobForm,
  SaveConflict,
} from '../../backend/types'
import { plainText } from '../../components/text'
import { useActions } from '../../stores/actions'
import { useAsked } from '../../stores/asked'
import { keys } from '../../stores/queries'
import { draftKey, Drafts, isSame } from './drafts'
import { errorsAt, wrongKeys } from './errors'

const CHECK_AFTER_MS = 120
const KEEP_AFTER_MS = 300

const noLists: EditorLists = { zones: [], interpreters: [], projects: [], tags: [], owners: [], nodes: [] }

/** A form without anything that watches it, to be handed on or kept. */
const plain = (form: JobForm): JobForm => JSON.parse(JSON.stringify(form)) as JobForm

/** The form of a job on its way from being opened to being saved. Every rule is the backend's. */
export function useEditor(jobId: string | null, duplicate: boolean) {
  const backend = useBackend()
  const client = useQueryClient()
  const router = useRouter()
  const toast = useToast()
  const actions = useActions()
  const asked = useAsked()
  const { t, te, locale } = useI18n()
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
      form.value = plain(begun.form)
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
    keepFails.value = !drafts.keep({ at, generation: generation.value, form: plain(form.value) })
  }
  let done = false

  const check = shallowRef<DraftCheck | null>(null)
  const unchecked = ref<CommandError | null>(null)
  let checker: ReturnType<typeof setTimeout> | undefined
  let asking = 0
  async function look(): Promise<void> {
    if (!form.value) return
    const mine = (asking += 1)
    const ask = { form: plain(form.value), job_id: storedId, language: locale.value }
    try {
      const answer = await backend.draftCheck({ ask })
      if (mine !== asking) return
      check.value = answer
      unchecked.value = null
      refused.value = []
    } catch (thrown) {
      if (mine === asking) unchecked.value = commandError(thrown)
    }
  }
  watch(
    [form, locale],
    () => {
      clearTimeout(checker)
      checker = setTimeout(() => void look(), check.value ? CHECK_AFTER_MS : 0)
      if (keeper === undefined) keeper = setTimeout(keep, KEEP_AFTER_MS)
    },
    { deep: true },
  )
  const leaving = new AbortController()
  addEventListener('pagehide', keep, { signal: leaving.signal })
  onScopeDispose(() => {
    keep()
    asking += 1
    clearTimeout(checker)
    leaving.abort()
  })

  // A mistake is shown once its field was left, or somebody wanted to save.
  const touched = reactive(new Set<string>())
  const wanted = ref(false)
  // Words that appear under a pressed pointer would move what it is about to click.
  let pressed = false
  let left: string[] = []
  function touch(field: string): void {
    if (pressed) left.push(field)
    else touched.add(field)
  }
  function release(): void {
    pressed = false
    setTimeout(() => {
      left.forEach((field) => touched.add(field))
      left = []
    })
  }
  const { signal } = leaving
  addEventListener('pointerdown', () => (pressed = true), { signal, capture: true })
  for (const end of ['pointerup', 'pointercancel'] as const)
    addEventListener(end, release, { signal, capture: true })
  const refused = ref<FieldError[]>([])
  const errors = computed(() => (refused.value.length ? refused.value : (check.value?.errors ?? [])))
  const errorsOf = (field: string) =>
    wanted.value || touched.has(field) || keptAt.value ? errorsAt(errors.value, field) : []
  function sentence(error: FieldError): string {
    const key = wrongKeys(error).find((each) => te(`editor.wrong.${each}`))
    if (!key) return error.sentence
    const { field } = error.params
    const named =
      field && te(`editor.cronField.${field}`) ? t(`editor.cronField.${field}` as never) : (field ?? '')
    return t(`editor.wrong.${key}` as never, { ...error.params, field: named })
  }

  async function refuse(found: FieldError[]): Promise<void> {
    wanted.value = true
    refused.value = found
    await nextTick()
    const first = document.querySelector<HTMLElement>('[data-editor] [aria-invalid=true]')
    const folded = first?.closest('details')
    if (folded) folded.open = true
    first?.focus()
  }

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
        const ask = { form: plain(form.value), job_id: storedId, generation: on }
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
        const answer = await backend.draftTry({ ask: { form: plain(form.value), job_id: storedId } })
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
    form.value = plain(start.value.form)
  }

  /** Goes on with another form on top of what stands now. */
  function goOnWith(next: JobForm): void {
    if (!conflict.value) return
    generation.value = conflict.value.generation
    conflict.value = null
    form.value = plain(next)
    if (storedId) start.value = { form: plain(next), generation: generation.value }
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
