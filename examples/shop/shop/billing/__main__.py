"""``python -m shop.billing``."""

from shop.billing.api import build
from shop.billing.store import SCHEMA, seed
from shop.database import Database
from shop.serving import serve
from shop.settings import data_folder

if __name__ == "__main__":
    serve(build(Database(data_folder() / "billing.sqlite3", schema=SCHEMA, seed=seed)))
