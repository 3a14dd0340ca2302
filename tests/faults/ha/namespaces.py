"""Each node in a network namespace of its own; a partition is dropped packets."""

from __future__ import annotations

import subprocess
from typing import ClassVar

BRIDGE = "clickhook"
HERE = "10.99.0.1"  # the gateways, nginx and HAProxy


class Namespaces:
    name = "network namespaces"
    trusted = "10.0.0.0/8"
    changes: ClassVar = {}  # in patroni.yml
    calls_per_second = 20.0

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}
        _run("ip", "link", "add", BRIDGE, "type", "bridge")
        _run("ip", "address", "add", f"{HERE}/24", "dev", BRIDGE)
        _run("ip", "link", "set", BRIDGE, "up")

    def add(self, node: str) -> None:
        number = len(self._addresses) + 11
        address = self._addresses[node] = f"10.99.0.{number}"
        _run("ip", "netns", "add", node)
        _run("ip", "link", "add", f"to{number}", "type", "veth", "peer", "eth0", "netns", node)
        _run("ip", "link", "set", f"to{number}", "master", BRIDGE, "up")
        _inside(node, "ip", "link", "set", "lo", "up")
        _inside(node, "ip", "address", "add", f"{address}/24", "dev", "eth0")
        _inside(node, "ip", "link", "set", "eth0", "up")

    def port(self, wanted: int) -> int:
        """For a program on no node."""
        return wanted

    def command(self, node: str) -> list[str]:
        """What comes before a program that runs on the node."""
        return ["ip", "netns", "exec", node]

    def listening(self, node: str, port: int) -> str:
        return f"{self._addresses[node]}:{port}"

    def reached(self, node: str, port: int, by: str = "") -> str:
        """Where others find what listens there; from everywhere it is the same."""
        return self.listening(node, port)

    def cut(self, node: str, *others: str) -> None:
        """Its packets to and from the others are lost; without others, all of them."""
        addresses = ", ".join(self._addresses[other] for other in others)
        rules = "add table inet cut\n"
        for hook, side in (("input", "saddr"), ("output", "daddr")):
            which = f"ip {side} {{ {addresses} }}" if others else 'meta oifname != "lo"'
            if not others and hook == "input":
                which = 'meta iifname != "lo"'
            rules += f"add chain inet cut {hook} {{ type filter hook {hook} priority 0; }}\n"
            rules += f"add rule inet cut {hook} {which} drop\n"
        subprocess.run([*self.command(node), "nft", "-f", "-"], input=rules, text=True, check=True)

    def heal(self, node: str) -> None:
        _inside(node, "nft", "delete", "table", "inet", "cut")


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


def _inside(node: str, *command: str) -> None:
    _run("ip", "netns", "exec", node, *command)
