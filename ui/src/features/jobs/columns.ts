import type { Column } from '../../components/grid'

/** The columns of the list of jobs; the labels are keys of the words. */
export const jobColumns: Column[] = [
  { id: 'on', label: 'jobs.on', width: 40, rank: 0, bare: true },
  { id: 'strip', label: 'jobs.strip', width: 124, rank: 0, bare: true, sort: 'trouble' },
  { id: 'name', label: 'jobs.name', width: 200, grows: true, rank: 0, sort: 'name' },
  { id: 'schedule', label: 'jobs.schedule', width: 220, rank: 5 },
  { id: 'next', label: 'jobs.next', width: 128, align: 'right', rank: 6, sort: 'next' },
  { id: 'nodes', label: 'jobs.nodes', width: 104, rank: 2 },
  { id: 'owner', label: 'jobs.owner', width: 96, rank: 3, sort: 'owner' },
  { id: 'average', label: 'jobs.average', width: 72, align: 'right', rank: 4 },
]
