"""Territories: the tenants. A commune, a département, a région, or a body acting like one."""
