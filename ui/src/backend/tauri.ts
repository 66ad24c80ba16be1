import { invoke } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'
import { BackendError, commandError, type Backend } from './backend'
import type { BulkProgress, DroppedFile, LadderNews, Live } from './types'

async function call<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, args)
  } catch (thrown) {
    throw new BackendError(commandError(thrown))
  }
}

/** The desktop program's commands: the names are the methods' in snake case. */
export function tauriBackend(): Backend {
  return {
    hello: () => call('hello'),
    jobsList: (args) => call('jobs_list', args),
    jobShow: (args) => call('job_show', args),
    jobPause: (args) => call('job_pause', args),
    jobRun: (args) => call('job_run', args),
    jobsAddExamples: () => call('jobs_add_examples'),
    editorOpen: (args) => call('editor_open', args),
    editorLists: () => call('editor_lists'),
    draftCheck: (args) => call('draft_check', args),
    scheduleBuild: (args) => call('schedule_build', args),
    draftSave: (args) => call('draft_save', args),
    draftTry: (args) => call('draft_try', args),
    jobsFind: (args) => call('jobs_find', args),
    jobsBulk: (args) => call('jobs_bulk', args),
    jobsBulkStop: (args) => call('jobs_bulk_stop', args),
    runsList: (args) => call('runs_list', args),
    runShow: (args) => call('run_show', args),
    runKill: (args) => call('run_kill', args),
    runLog: (args) => call('run_log', args),
    runsSearch: (args) => call('runs_search', args),
    runsFacets: (args) => call('runs_facets', args),
    queryComplete: (args) => call('query_complete', args),
    runDefinition: (args) => call('run_definition', args),
    logSave: (args) => call('log_save', args),
    logFollow: (args) => call('log_follow', args),
    fileOpen: () => call('file_open'),
    fileLook: (args) => call('file_look', args),
    fileApply: (args) => call('file_apply', args),
    crontabLines: () => call('crontab_lines'),
    crontabLook: (args) => call('crontab_look', args),
    crontabImport: (args) => call('crontab_import', args),
    jobsText: (args) => call('jobs_text', args),
    jobsSave: (args) => call('jobs_save', args),
    jobVersions: (args) => call('job_versions', args),
    versionDiff: (args) => call('version_diff', args),
    jobRestore: (args) => call('job_restore', args),
    jobsDeleted: () => call('jobs_deleted'),
    agentStart: () => call('agent_start'),
    agentStop: () => call('agent_stop'),
    preferencesGet: () => call('preferences_get'),
    preferencesSet: (args) => call('preferences_set', args),
    onLink: (listener) => listen('link', () => listener()),
    onFile: (listener) => listen<DroppedFile>('file', (event) => listener(event.payload)),
    computerShow: () => call('computer_show'),
    agentAtLogin: (args) => call('agent_at_login', args),
    linkTake: () => call('link_take'),
    connectionsList: () => call('connections_list'),
    connectionShow: (args) => call('connection_show', args),
    connectionForm: (args) => call('connection_form', args),
    connectionSave: (args) => call('connection_save', args),
    connectionDelete: (args) => call('connection_delete', args),
    connectionTest: (args) => call('connection_test', args),
    secretsUnlock: (args) => call('secrets_unlock', args),
    connectionsExport: () => call('connections_export'),
    connectionsImport: () => call('connections_import'),
    nodesList: () => call('nodes_list'),
    nodeShow: (args) => call('node_show', args),
    timelineShow: (args) => call('timeline_show', args),
    timelineStarts: (args) => call('timeline_starts', args),
    overviewShow: () => call('overview_show'),
    nodeAsk: (args) => call('node_ask', args),
    nodeRemove: (args) => call('node_remove', args),
    nodeForm: (args) => call('node_form', args),
    nodeNote: (args) => call('node_note', args),
    nodeInvite: (args) => call('node_invite', args),
    runRelease: (args) => call('run_release', args),
    explainShow: (args) => call('explain_show', args),
    onLive: (listener) => listen<Live>('live', (event) => listener(event.payload)),
    onBulk: (listener) => listen<BulkProgress>('bulk', (event) => listener(event.payload)),
    onLadder: (listener) => listen<LadderNews>('ladder', (event) => listener(event.payload)),
  }
}
