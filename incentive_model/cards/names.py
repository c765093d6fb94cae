"""Names that are taken: no lever, parameter or indicator may have one of these."""

from __future__ import annotations

import keyword

#: What a taken name stands for: columns of the results, what Mesa's model has, how a model is set up.
TAKEN = {
    "a column of the results": {
        "run_id", "place", "scheme", "draw", "replicate", "seed", "status", "month", "indicator", "unit",
        "value", "low", "high", "delta", "delta_low", "delta_high", "n", "design_hash", "residents_an_agent",
        "ledger_imbalance_fen", "by", "group", "qalys", "qalys_discounted", "time_cost",
        "welfare", "cost_patients", "cost_insurer", "cost_government", "cost_external",
        "cost_patients_discounted", "cost_insurer_discounted", "cost_government_discounted",
        "cost_external_discounted",
    },
    "Mesa's": {
        "agent_id_counter", "agent_types", "agents", "agents_by_type", "batch", "clear_all_subscriptions",
        "data_collection_period", "data_registry", "datacollector", "deregister_agent", "display_progress",
        "iteration", "iterations", "max_steps", "model", "model_cls", "notify", "number_processes",
        "observables", "observe", "parameters", "random", "register_agent", "remove_all_agents",
        "reset_randomizer", "reset_rng", "rng", "run_for", "run_model", "run_until", "running", "scenario",
        "schedule_event", "schedule_recurring", "space", "step", "steps", "subscribers", "suppress", "time",
        "unique_id", "unobserve",
    },
    "a setting of the model": {
        "burn_in", "by", "instruments", "months", "place", "population", "replicate", "rng", "scheme", "seed",
        "self", "threads", "workers",
    },
}  # fmt: skip


def name_fault(name: str) -> str:
    """Why ``name`` may not be a card's; empty if it may."""
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_") or "__" in name:
        return "not one word of letters, digits and single underscores"
    if name.startswith("net_"):
        return "the name of a column of the results"
    return next((f"a name that is {what}" for what, names in TAKEN.items() if name in names), "")
