from tests.object_store import object_store  # noqa: F401  a fixture
