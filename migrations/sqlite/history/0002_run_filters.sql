-- What people look for among many ordinary runs: those that ended badly, those that no schedule made.
CREATE INDEX run_of_exit ON run (scheduled_ms, run_id, attempt, exit_code) WHERE exit_code <> 0;
CREATE INDEX run_of_trigger ON run (scheduled_ms, run_id, attempt, trigger_kind) WHERE trigger_kind <> 'schedule';
