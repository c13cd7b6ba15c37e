"""The tables are what the models say: no migration is pending."""


async def test_no_migration_is_pending() -> None:
    from consult.core.database import pending_model_changes

    pending = pending_model_changes()
    if hasattr(pending, "__await__"):
        pending = await pending
    assert not pending, f"models have changed: run `make migration name=what_it_does`\n{pending}"
