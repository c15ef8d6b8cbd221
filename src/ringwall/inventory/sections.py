"""The inventory's sections of the configuration."""

from typing import Final

from ringwall.inventory.config import SERVICES, Service, ServiceName
from ringwall.inventory.rules import INVENTORY, Inventory, check_rules
from ringwall.runtime.configuration import Section
from ringwall.runtime.configuration.sections import Shape

SECTIONS: Final = (
    Section(key=SERVICES, model=Service, shape=Shape.MAP, name=ServiceName),
    Section(key=INVENTORY, model=Inventory, check=check_rules),
)
