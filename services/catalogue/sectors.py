"""The trades by which projects, rooms and partners find each other."""

from services.catalogue.fields import Choice


class Sector(Choice):
    ELECTRONICS = "electronics", "电子信息"
    EQUIPMENT = "equipment", "装备制造"
    MATERIALS = "materials", "新材料"
    ENERGY = "energy", "新能源环保"
    MEDICINE = "medicine", "生物医药"
    AGRICULTURE = "agriculture", "农业食品"
    SERVICES = "services", "软件和服务"
