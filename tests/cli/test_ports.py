"""Choosing the ports of the local stack."""

import socket

import pytest

from cli.local.ports import choose_ports, free_ports

pytestmark = pytest.mark.unit


def test_the_last_port_is_preferred_then_the_usual_one_then_any() -> None:
    usual = free_ports("api", "smtp", "livekit_udp")
    assert choose_ports({}, usual) == usual
    last = free_ports("api", "smtp", "livekit_udp")
    assert choose_ports(last, usual) == last
    with socket.create_server(("127.0.0.1", last["api"])):
        assert choose_ports(last, usual) == {**last, "api": usual["api"]}
        with socket.create_server(("127.0.0.1", usual["api"])):
            chosen = choose_ports(last, usual)["api"]
            assert chosen not in (last["api"], usual["api"])


def test_a_port_held_on_all_addresses_is_busy() -> None:
    usual = free_ports("api")
    with socket.create_server(("0.0.0.0", usual["api"])):
        assert choose_ports({}, usual) != usual


def test_no_port_is_chosen_twice() -> None:
    names = [f"part_{number}" for number in range(50)]
    assert len(set(free_ports(*names).values())) == len(names)
