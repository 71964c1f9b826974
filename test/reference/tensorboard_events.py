"""What TensorBoard's own readers make of an event file of ours: writes tensorboard_events.json beside the folder tensorboard-events/.

Needs tensorboard (2.21). The event file there is written by `UPDATE_EVENTS=1 node --import tsx test/runs/tensorboard.test.ts`.
Prints the same for any other log folder: tensorboard_events.py LOGDIR.
"""

import json
import math
import os
import pathlib
import sys

from tensorboard import context, version
from tensorboard.backend.event_processing import data_provider, event_accumulator, plugin_event_multiplexer
from tensorboard.plugins.hparams import backend_context
from tensorboard.util import tensor_util

here = pathlib.Path(__file__).parent


def number(value):
    """JSON has no NaN."""
    return value if math.isfinite(value) else str(value)


def read_run(folder):
    every = {event_accumulator.SCALARS: 0, event_accumulator.TENSORS: 0}
    accumulator = event_accumulator.EventAccumulator(folder, size_guidance=every)
    accumulator.Reload()
    tags = accumulator.Tags()
    return {
        "fileVersion": accumulator.file_version,
        "scalars": {
            tag: [[event.step, number(event.value), event.wall_time] for event in accumulator.Scalars(tag)]
            for tag in tags["scalars"]
        },
        "texts": {
            tag: tensor_util.make_ndarray(accumulator.Tensors(tag)[0].tensor_proto).item().decode()
            for tag in tags["tensors"]
            if not tag.startswith("_hparams_")
        },
    }


def read_hparams(logdir):
    """As the dashboard HPARAMS gets them."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(logdir)
    multiplexer.Reload()

    class Core:
        data_provider = None

    Core.data_provider = data_provider.MultiplexerDataProvider(multiplexer, logdir)
    plugin = backend_context.Context(Core)
    request = context.RequestContext()
    metadata = plugin.hparams_metadata(request, "")
    experiment = plugin.experiment_from_metadata(
        request, "", True, metadata, plugin.hparams_from_data_provider(request, "", limit=1000)
    )
    sessions = {}
    for run, tags in metadata.items():
        for tag, found in tags.items():
            if tag.endswith("session_start_info"):
                data = backend_context.metadata.parse_session_start_info_plugin_data(found)
                sessions.setdefault(run, {}).update({
                    "groupName": data.group_name,
                    "startSeconds": data.start_time_secs,
                    "hparams": {
                        name: getattr(value, value.WhichOneof("kind")) for name, value in sorted(data.hparams.items())
                    },
                })
            if tag.endswith("session_end_info"):
                end = backend_context.metadata.parse_session_end_info_plugin_data(found)
                sessions.setdefault(run, {}).update(status=end.status, endSeconds=end.end_time_secs)
    return {
        "sessions": sessions,
        "columns": [info.name for info in experiment.hparam_infos],
        "metrics": [info.name.tag for info in experiment.metric_infos],
    }


logdir = sys.argv[1] if len(sys.argv) > 1 else str(here / "tensorboard-events")
runs = {
    os.path.relpath(root, logdir): read_run(root)
    for root, _, files in os.walk(logdir)
    if any("tfevents" in name for name in files)
}
found = {"tensorboard": version.VERSION, "runs": runs, "hparams": read_hparams(logdir)}
if len(sys.argv) > 1:
    print(json.dumps(found, indent=1))
else:
    (here / "tensorboard_events.json").write_text(json.dumps(found) + "\n")
    print(f"{len(runs)} runs read")
