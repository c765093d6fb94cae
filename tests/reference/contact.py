"""Phase 4: be treated where one came first, or go up, and up again; who needs a bed asks for one."""

from __future__ import annotations

from incentive_model.chance import Purpose, normal, uniform
from incentive_model.incentives.events import Count
from incentive_model.rules import quality, referral
from incentive_model.rules.maths import sigma, total
from reference.episode import NONE, BedClass, Slot, State
from reference.resident import Resident


def meet_physician(me: Resident) -> None:
    """Everything physicians and a resident decide between the first contact and a bed."""
    e = me.episode
    if e.first in Slot.PRIMARY:
        _meet_primary(me)
    if e.at in Slot.COUNTY and e.first != NONE:
        _perhaps_go_on(me)
    if e.at != NONE:
        _perhaps_need_bed(me)
    elif e.state == State.WAITING:
        e.at = me.queue_slot
        _ask_for_bed(me, me.queue_class)
    elif e.state == State.WENT_OUTSIDE:
        e.at = Slot.OUTSIDE
        _ask_for_bed(me, BedClass.OTHER)


def _meet_primary(me: Resident) -> None:
    """A primary contact: up to the hospital, within the township to the centre, or treated."""
    e = me.episode
    issued = _perhaps_go_up(me, e.first, k=0)
    if e.first == Slot.CLINIC and not e.referred and _goes_within(me):
        e.at, e.within = Slot.CENTRE, True
        me.clinic.count(Count.INTERNAL_REFERRAL)
        me.centre.count(Count.VISIT)
        if not issued:  # who has just declined the hospital is not asked again
            issued = _perhaps_go_up(me, Slot.CENTRE, k=1)
    last = e.origin if e.referred else e.at
    if _needs_hospital(me, last):
        here = me.at(last)
        here.count(Count.CONTACT_NEEDING)
        if e.referred:
            here.count(Count.UP_NEEDED)
        elif not issued:
            here.count(Count.REFUSED)
            if me.uniforms(Purpose.AUDIT)[1] < me.model.tables.audit:
                here.count(Count.AUDITED_REFUSAL)


def _above(me: Resident, slot: int) -> int | None:
    """The slot to which the physician of a primary facility would refer up, if there is a hospital."""
    above = me.served_by(slot).slot_above(me)
    return above if me.has(above) else None


def _needs_hospital(me: Resident, slot: int) -> bool:
    """Whether the true severity asks for more than a primary facility can do."""
    above, e = _above(me, slot), me.episode
    if above is None:
        return False
    p, here, there = me.model.p, me.at(slot).can(e.specialty), me.at(above).can(e.specialty)
    return e.emergency or quality.referral_needed(p, quality.gain_of_going_up(p, here, there, e.severity))


def _diagnosis(me: Resident, slot: int, k: int) -> float:
    """The severity a primary physician sees."""
    tables = me.model.tables
    return referral.diagnosed_severity(
        me.model.p,
        severity=me.episode.severity,
        platform=tables.platform,
        criteria=tables.criteria,
        diagnostics=tables.diagnostics if slot == Slot.CENTRE else 0.0,
        noise=normal(me.model.key, Purpose.DIAGNOSIS, me.id, me.model.month, k),
    )


def _agrees(me: Resident, severity: float, values: tuple[float, float], u: float) -> bool:
    """Whether the patient goes where a physician refers to; ``values`` are (there, here)."""
    return u < sigma(total(referral.accept_up(me.model.p, severity, *values)))


def _perhaps_go_up(me: Resident, slot: int, k: int) -> bool:
    """Go up to the hospital, or not; whether a referral was issued."""
    above, e = _above(me, slot), me.episode
    if above is None:
        return False
    here, there = me.at(slot), me.at(above)
    if not e.emergency:
        diagnosed = _diagnosis(me, slot, k)
        values = me.utility(above, referred=True), me.utility(slot, referred=False)
        if not me.served_by(slot).refers_up(me, there, diagnosed, values, k):
            return False
        here.count(Count.REFERRAL_ISSUED)
        if not _agrees(me, diagnosed, values, me.uniforms(Purpose.REFERRAL, k)[1]):
            e.declined = True
            return True
    else:
        here.count(Count.REFERRAL_ISSUED)
    here.count(Count.UP_REFERRAL)
    e.at, e.referred, e.origin = above, True, slot
    there.count(Count.VISIT)
    there.count(Count.VISIT_REFERRED)
    return True


def _goes_within(me: Resident) -> bool:
    """Whether the clinic's physician sends this resident to the centre, who agrees."""
    diagnosed = _diagnosis(me, Slot.CLINIC, 0)
    values = me.utility(Slot.CENTRE, referred=False), me.utility(Slot.CLINIC, referred=False)
    if not me.served_by(Slot.CLINIC).refers_within(me, diagnosed, values):
        return False
    return _agrees(me, diagnosed, values, me.uniforms(Purpose.WITHIN)[1])


def _perhaps_go_on(me: Resident) -> None:
    """From a county hospital to the one above, if the way is open, the physician would rather not treat
    and the patient agrees. Who came as an emergency stays, and so does everybody where nothing is above."""
    e = me.episode
    here, slot = me.at(e.at), e.at
    if e.emergency or not here.refers_on or not me.has(Slot.OUTSIDE):
        return
    there, specialist = me.at(Slot.OUTSIDE), me.served_by(slot)
    e.shut_out = not _way_is_open(me)
    if e.shut_out:
        return
    values = me.utility(Slot.OUTSIDE, referred=True), me.utility(slot, referred=e.referred)
    if not specialist.refers_on(me, there, values):
        return
    here.count(Count.ONWARD_ISSUED)
    if not _agrees(me, e.severity, values, me.uniforms(Purpose.ONWARD)[1]):
        e.declined_onward = True
        return
    here.count(Count.ONWARD)
    there.count(Count.VISIT)
    there.count(Count.VISIT_REFERRED)
    if not e.referred:  # nobody had referred this patient so far
        e.origin = slot
    e.at, e.passed, e.referred = Slot.OUTSIDE, slot, True


def _way_is_open(me: Resident) -> bool:
    """Within the area always; to a hospital outside by a specialist's card, or as far as a channel goes."""
    e = me.episode
    if not me.at(Slot.OUTSIDE).outside:
        return True
    if me.served_by(e.at).cards > 0:
        return True
    drawn = uniform(me.model.key, Purpose.ONWARD, me.id, me.model.month, 1)
    e.by_channel = drawn < me.model.tables.channel
    return e.by_channel


def _perhaps_need_bed(me: Resident) -> None:
    e = me.episode
    here = me.at(e.at)
    need = quality.bed_need(me.model.p, here.grade, e.severity) if here.beds > 0.0 else 0.0
    if need > 0.0 and me.uniforms(Purpose.BED_NEED)[0] < need:
        if e.emergency:
            _ask_for_bed(me, BedClass.EMERGENCY)
        else:
            _ask_for_bed(me, BedClass.REFERRED if e.referred else BedClass.OTHER)


def _ask_for_bed(me: Resident, bed_class: int) -> None:
    """Ask for a bed where one is treated."""
    e = me.episode
    e.bed_class = bed_class
    me.at(e.at).count((Count.BED_EMERGENCY, Count.BED_REFERRED, Count.BED_OTHER)[bed_class])
