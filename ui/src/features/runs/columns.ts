import type { Column } from '../../components/grid'

/** The columns of the list of runs; the labels are keys of the words. */
export const runColumns: Column[] = [
  { id: 'state', label: 'runs.state', width: 112, rank: 0 },
  { id: 'job', label: 'runs.job', width: 200, grows: true, rank: 0 },
  { id: 'scheduled', label: 'runs.scheduled', width: 176, rank: 0 },
  { id: 'duration', label: 'runs.duration', width: 104, align: 'right', rank: 6 },
  { id: 'exit', label: 'runs.exit', width: 64, align: 'right', rank: 3 },
  { id: 'why', label: 'runs.why', width: 184, rank: 5 },
  { id: 'trigger', label: 'runs.trigger', width: 88, rank: 2 },
  { id: 'node', label: 'runs.node', width: 120, rank: 1 },
]
