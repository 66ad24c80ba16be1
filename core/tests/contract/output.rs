//! What every store of the past does with output: a part of its contract.

use belfry_core::history::{FinalOutput, LiveOutput, Upload};
use belfry_core::id::RunId;
use belfry_core::output::{OutputChunk, OutputStamp};
use belfry_core::run::RunState;

use crate::history::Fixture;
use crate::records::run;

/// A stretch of text that arrived at once.
pub fn chunk(offset: u64, text: &str) -> OutputChunk {
    let stamps = vec![OutputStamp {
        offset,
        at_ms: 1_750_000_000_000,
    }];
    OutputChunk {
        offset,
        bytes: text.into(),
        stamps,
    }
}

/// All output from an offset on.
pub async fn output(f: &Fixture, run: RunId, offset: u64) -> Vec<OutputChunk> {
    f.history
        .output(run, 1, offset, 1 << 20)
        .await
        .expect("output")
}

pub async fn final_output_replaces_live_rows_in_any_order(f: &Fixture) {
    let id = |number| run(number, 0, RunState::Running).run_id;
    let live = |number, offset, text| {
        let chunk = chunk(offset, text);
        Upload {
            live: vec![LiveOutput {
                run_id: id(number),
                attempt: 1,
                chunk,
            }],
            ..Upload::default()
        }
    };
    let end = |number, chunks| {
        let output = FinalOutput {
            run_id: id(number),
            attempt: 1,
            chunks,
        };
        Upload {
            outputs: vec![output],
            ..Upload::default()
        }
    };
    let whole = vec![chunk(0, "one\ntwo\n")];
    let uploads = [
        live(1, 0, "one\n"),
        live(1, 4, "two\n"),
        end(1, whole.clone()),
    ];
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0], [0, 0, 1]] {
        for index in order {
            f.history.upload(&uploads[index]).await.expect("an upload");
        }
        assert_eq!(output(f, id(1), 0).await, whole);
    }
    f.history
        .upload(&live(2, 0, "live\n"))
        .await
        .expect("an upload");
    f.history
        .upload(&live(2, 0, "live\n"))
        .await
        .expect("an upload");
    assert_eq!(output(f, id(2), 0).await, [chunk(0, "live\n")]);
    // Nothing was kept, and that is final too.
    f.history.upload(&end(2, vec![])).await.expect("an upload");
    f.history
        .upload(&live(2, 0, "live\n"))
        .await
        .expect("an upload");
    assert_eq!(output(f, id(2), 0).await, []);
}

pub async fn output_is_read_from_any_place(f: &Fixture) {
    let run_id = run(1, 0, RunState::Succeeded).run_id;
    let bytes: Vec<u8> = (0..=255).collect();
    let binary = OutputChunk {
        offset: 1000,
        bytes,
        stamps: vec![],
    };
    let chunks = vec![chunk(0, "abcdef"), chunk(6, "ghi"), binary.clone()];
    let outputs = vec![FinalOutput {
        run_id,
        attempt: 1,
        chunks: chunks.clone(),
    }];
    f.history
        .upload(&Upload {
            outputs,
            ..Upload::default()
        })
        .await
        .expect("an upload");
    assert_eq!(output(f, run_id, 0).await, chunks);
    assert_eq!(output(f, run_id, 6).await, chunks[1..]);
    let part = output(f, run_id, 2).await;
    assert_eq!(
        (part[0].offset, &part[0].bytes[..], part.len()),
        (2, &b"cdef"[..], 3)
    );
    assert_eq!(output(f, run_id, 500).await, [binary]);
    assert_eq!(output(f, run_id, 5000).await, []);
    assert_eq!(
        f.history
            .output(run_id, 1, 0, 1)
            .await
            .expect("output")
            .len(),
        1
    );
    assert_eq!(f.history.output(run_id, 2, 0, 1).await.expect("output"), []);
}
