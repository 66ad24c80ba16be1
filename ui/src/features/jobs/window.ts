import { keepPreviousData, useQueries } from '@tanstack/vue-query'
import { computed, ref, type Ref } from 'vue'
import { useBackend } from '../../backend/backend'
import type { GroupHead, JobPage, JobQuery, JobRow } from '../../backend/types'
import type { ListShape } from '../../stores/jobsView'
import { keys } from '../../stores/queries'
import { lineAt, placeOf } from './selection'

export const PAGE_ROWS = 100

/** The offsets of the pages that cover the rows from `first` to `last`; the first page always, for the counts. */
export function pageOffsets(first: number, last: number): number[] {
  const from = Math.floor(Math.max(0, first) / PAGE_ROWS)
  const to = Math.floor(Math.max(0, last) / PAGE_ROWS)
  const offsets = Array.from({ length: to - from + 1 }, (_, index) => (from + index) * PAGE_ROWS)
  return from === 0 ? offsets : [0, ...offsets]
}

/** What the page at `offset` is asked with. */
export function pageQuery(shape: ListShape, language: string, offset: number): JobQuery {
  return { ...shape, text: shape.text.trim(), language, offset, limit: PAGE_ROWS }
}

/** The part of the list of jobs that is in view; the rest stays behind the backend. */
export function useJobWindow(shape: Ref<ListShape>, language: Ref<string>) {
  const backend = useBackend()
  const range = ref({ first: 0, last: 0 })
  const offsets = computed(() => pageOffsets(range.value.first, range.value.last))
  const pages = useQueries({
    queries: computed(() =>
      offsets.value.map((offset) => {
        const query = pageQuery(shape.value, language.value, offset)
        return {
          queryKey: keys.jobPage(query),
          queryFn: () => backend.jobsList({ query }),
          placeholderData: keepPreviousData<JobPage>,
        }
      }),
    ),
  })
  const head = computed(() => pages.value[0])
  const heads = computed(() => head.value?.data?.heads ?? [])
  /** The row with this number among rows, if it was read. */
  function rowNumber(row: number): JobRow | undefined {
    const page = offsets.value.indexOf(Math.floor(row / PAGE_ROWS) * PAGE_ROWS)
    return pages.value[page]?.data?.rows[row % PAGE_ROWS]
  }
  const firstRow = (index: number) => {
    const line = lineAt(heads.value, index)
    return 'row' in line ? line.row : line.head.at
  }
  return {
    page: computed(() => head.value?.data),
    pending: computed(() => head.value?.isPending ?? true),
    error: computed(() => (head.value?.data ? null : (head.value?.error ?? null))),
    /** Rows and heads. */
    lines: computed(() => (head.value?.data?.lines ?? 0) + heads.value.length),
    row(index: number): JobRow | undefined {
      const line = lineAt(heads.value, index)
      return 'row' in line ? rowNumber(line.row) : undefined
    },
    head(index: number): GroupHead | null {
      const line = lineAt(heads.value, index)
      return 'head' in line ? line.head : null
    },
    /** Where a job stands among what was read; -1 if it was not. */
    placeOfJob(jobId: string): number {
      const row = head.value?.data?.rows.findIndex((each) => each.job_id === jobId) ?? -1
      return row < 0 ? -1 : placeOf(heads.value, row)
    },
    setRange: (first: number, last: number) =>
      (range.value = { first: firstRow(first), last: firstRow(last) }),
    retry: () => pages.value.forEach((page) => void page.refetch()),
  }
}
