import type { Column } from '../../components/grid'

/** The columns of the list of nodes; the labels are keys of the words. */
export const nodeColumns: Column[] = [
  { id: 'state', label: 'nodes.column.state', width: 136, rank: 0 },
  { id: 'node', label: 'nodes.column.node', width: 160, grows: true, rank: 0 },
  { id: 'labels', label: 'nodes.column.labels', width: 160, grows: true, rank: 3 },
  { id: 'projects', label: 'nodes.column.projects', width: 120, grows: true, rank: 2 },
  { id: 'weight', label: 'nodes.column.weight', width: 72, align: 'right', rank: 4 },
  { id: 'load', label: 'nodes.column.load', width: 72, align: 'right', rank: 0 },
  { id: 'running', label: 'nodes.column.running', width: 80, align: 'right', rank: 5 },
  { id: 'clock', label: 'nodes.column.clock', width: 88, align: 'right', rank: 2 },
  { id: 'pending', label: 'nodes.column.pending', width: 80, align: 'right', rank: 1 },
  { id: 'version', label: 'nodes.column.version', width: 80, rank: 1 },
]
