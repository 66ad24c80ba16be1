-- What people look for among many ordinary runs: those that ended badly, those that no schedule made.
-- An index is made unless it is there: MySQL cannot say so itself.
SET @made = (SELECT count(*) FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND table_name = 'run' AND index_name = 'run_of_exit');
SET @step = IF(@made > 0, 'DO 0',
    'CREATE INDEX run_of_exit ON run (exit_code, scheduled_ms, run_id, attempt, state)');
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
SET @made = (SELECT count(*) FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND table_name = 'run' AND index_name = 'run_of_trigger');
SET @step = IF(@made > 0, 'DO 0',
    'CREATE INDEX run_of_trigger ON run (trigger_kind, scheduled_ms, run_id, attempt, state)');
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
