// A library that is only there to be loaded.
extern "C" int dms_standin_empty() {
    return 0;
}
