import { computed, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useToast } from '@nuxt/ui/composables'
import type { BulkAction, JobRow } from '../../backend/types'
import { useCommands } from '../../commands/registry'
import { copyText } from '../../components/copy'
import { useActions } from '../../stores/actions'
import { useBulkActions } from '../../stores/bulkActions'
import { useFileActions } from '../../stores/files'
import {
  everything,
  extended,
  isSelected,
  nothing,
  sizeOf,
  targetOf,
  toggled,
  type Selection,
} from './selection'

/** What the selection of a list needs to know of it. */
export interface ListInView {
  text: Ref<string>
  matched: Ref<number>
  row: (index: number) => JobRow | undefined
  /** The row that the keyboard is at. */
  at: Ref<JobRow | undefined>
  place: Ref<number>
  move: (step: number) => void
}

// More runs than these are not begun by one key: they cannot be taken back.
const RUNS_UNASKED_MAX = 20

/** The selected jobs of a list, and what is done to them; to the row at hand where none is selected. */
export function useChosenJobs(list: ListInView) {
  const { t } = useI18n()
  const toast = useToast()
  const actions = useActions()
  const { perform } = useBulkActions()
  const files = useFileActions()
  const selection = ref<Selection>(nothing)
  const asking = ref<'delete' | 'run' | 'tag' | null>(null)

  const size = computed(() => sizeOf(selection.value, list.matched.value))
  const many = computed(() => size.value > 0)
  // Another filter means other jobs: nobody changes what they do not see.
  watch(list.text, () => (selection.value = nothing))

  const clear = () => (selection.value = nothing)
  const target = () =>
    many.value
      ? targetOf(selection.value, list.text.value.trim())
      : { jobs: list.at.value ? [list.at.value.job_id] : [] }
  function act(action: BulkAction): void {
    if (action === 'run' && size.value > RUNS_UNASKED_MAX) asking.value = 'run'
    else void perform(action, target())
  }

  async function runMany(): Promise<void> {
    asking.value = null
    await perform('run', target())
  }

  const meant = computed(() => (many.value ? size.value : list.at.value ? 1 : 0))

  function toggle(index: number): void {
    const row = list.row(index)
    if (row) selection.value = toggled(selection.value, row.job_id)
  }

  function extend(from: number, to: number): void {
    const [low, high] = from < to ? [from, to] : [to, from]
    const rows = Array.from({ length: high - low + 1 }, (_, step) => list.row(low + step))
    selection.value = extended(
      selection.value,
      rows.flatMap((row) => (row ? [row.job_id] : [])),
    )
  }

  function grow(step: number): void {
    const from = list.place.value
    list.move(step)
    extend(from < 0 ? list.place.value : from, list.place.value)
  }

  async function remove(): Promise<void> {
    asking.value = null
    const gone = target()
    selection.value = nothing
    await perform('delete', gone)
  }

  async function tag(add: string[], gone: string[]): Promise<void> {
    asking.value = null
    if (add.length || gone.length) await perform({ tag: { add, remove: gone } }, target())
  }

  function pause(row: JobRow | undefined): void {
    if (many.value) act('pause')
    else if (row) void actions.pauseJob(row, !row.paused)
  }

  function run(row: JobRow | undefined): void {
    if (many.value) act('run')
    else if (row) void actions.runJob(row.job_id, row.name)
  }

  function copyNames(): void {
    const row = list.at.value
    if (!row) return
    void copyText(`${row.project}/${row.name}`)
    toast.add({ title: t('lists.copiedName'), icon: 'i-lucide-copy', color: 'neutral' })
  }

  const usable = (row: JobRow | undefined) => many.value || row?.broken === null
  const some = () => meant.value > 0
  useCommands({
    'list.select': { run: () => toggle(list.place.value), allowed: () => list.at.value !== undefined },
    'list.selectDown': () => grow(1),
    'list.selectUp': () => grow(-1),
    'list.selectAll': { run: () => (selection.value = everything), allowed: () => list.matched.value > 0 },
    'job.run': { run: () => run(list.at.value), allowed: () => usable(list.at.value) },
    'job.pause': { run: () => pause(list.at.value), allowed: () => usable(list.at.value) },
    'job.resume': { run: () => act('resume'), allowed: () => many.value },
    'job.star': { run: () => act({ star: !list.at.value?.starred }), allowed: some },
    'job.tag': { run: () => (asking.value = 'tag'), allowed: some },
    'job.export': { run: () => void files.save(target()), allowed: some },
    'job.copyName': { run: copyNames, allowed: () => list.at.value !== undefined },
    'job.explain': {
      run: () => void actions.explain(list.at.value!.job_id),
      allowed: () => usable(list.at.value),
    },
    'job.delete': { run: () => (asking.value = 'delete'), allowed: some },
  })

  return {
    selection,
    size,
    many,
    meant,
    asking,
    has: (row: JobRow | undefined) =>
      many.value && row !== undefined && isSelected(selection.value, row.job_id),
    clear,
    selectAll: () => (selection.value = everything),
    toggle,
    extend,
    act,
    runMany,
    export: () => void files.save(target()),
    remove,
    tag,
  }
}
