"""``python -m shop.orders``."""

from shop.database import Database
from shop.orders.api import build
from shop.orders.bell import Bell
from shop.orders.seeding import seed
from shop.orders.store import SCHEMA
from shop.outbound import Peer
from shop.serving import serve
from shop.settings import data_folder

if __name__ == "__main__":
    database = Database(data_folder() / "orders.sqlite3", schema=SCHEMA, seed=seed)
    bell = Bell()
    serve(
        build(database, billing=Peer("billing", patience_s=3), bell=bell),
        websockets=True,
        on_stop=bell.stop,
    )
