# The count goes on: the patch works with the loaded module's own variables.
answer=$(cat /proc/oot_user)
echo "$answer"
case $KPATCH_PHASE in
before) [ "$answer" = "answer 40, shown 1 times" ] ;;
after) [ "$answer" = "answer 42, shown 2 times" ] && dmesg | grep -q "oot_user asked 2 times" ;;
unloaded) [ "$answer" = "answer 40, shown 3 times" ] ;;
esac
