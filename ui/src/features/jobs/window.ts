import { keepPreviousData, useQueries } from '@tanstack/vue-query'
import { computed, ref, type Ref } from 'vue'
import { useBackend } from '../../backend/backend'
import type { JobPage, JobQuery, JobRow, JobSort } from '../../backend/types'
import { keys } from '../../stores/queries'

export const PAGE_ROWS = 100

/** The offsets of the pages that cover the rows from `first` to `last`; the first page always, for the counts. */
export function pageOffsets(first: number, last: number): number[] {
  const from = Math.floor(Math.max(0, first) / PAGE_ROWS)
  const to = Math.floor(Math.max(0, last) / PAGE_ROWS)
  const offsets = Array.from({ length: to - from + 1 }, (_, index) => (from + index) * PAGE_ROWS)
  return from === 0 ? offsets : [0, ...offsets]
}

/** What the page at `offset` is asked with. */
export function pageQuery(text: string, language: string, sort: JobSort, offset: number): JobQuery {
  return { text: text.trim(), language, sort, offset, limit: PAGE_ROWS }
}

/** The part of the list of jobs that is in view; the rest stays behind the backend. */
export function useJobWindow(text: Ref<string>, language: Ref<string>, sort: Ref<JobSort>) {
  const backend = useBackend()
  const range = ref({ first: 0, last: 0 })
  const offsets = computed(() => pageOffsets(range.value.first, range.value.last))
  const pages = useQueries({
    queries: computed(() =>
      offsets.value.map((offset) => {
        const query = pageQuery(text.value, language.value, sort.value, offset)
        return {
          queryKey: keys.jobPage(query),
          queryFn: () => backend.jobsList({ query }),
          placeholderData: keepPreviousData<JobPage>,
        }
      }),
    ),
  })
  const head = computed(() => pages.value[0])
  return {
    page: computed(() => head.value?.data),
    pending: computed(() => head.value?.isPending ?? true),
    error: computed(() => (head.value?.data ? null : (head.value?.error ?? null))),
    row(index: number): JobRow | undefined {
      const page = offsets.value.indexOf(Math.floor(index / PAGE_ROWS) * PAGE_ROWS)
      return pages.value[page]?.data?.rows[index % PAGE_ROWS]
    },
    setRange: (first: number, last: number) => (range.value = { first, last }),
    retry: () => pages.value.forEach((page) => void page.refetch()),
  }
}
