"""``python -m shop.storefront``."""

from shop.database import Database
from shop.outbound import Peer
from shop.serving import serve
from shop.settings import data_folder
from shop.storefront.app import build
from shop.storefront.store import SCHEMA, seed

if __name__ == "__main__":
    database = Database(data_folder() / "storefront.sqlite3", schema=SCHEMA, seed=seed)
    serve(build(database, orders=Peer("orders", patience_s=8)))
